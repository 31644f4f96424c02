//! Which addresses are public: the IANA special-purpose registries (RFC 6890 and its updates) as two tables.
//!
//! Addresses that embed another one (IPv4-mapped, NAT64, 6to4, Teredo) are not public whatever they embed: they reach
//! the inside of a network by another name. No I/O, no policy: exceptions are `guard`'s.

use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, prefix: u8, meaning: &'static str) -> (Ipv4Net, &'static str) {
    (Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix), meaning)
}

const fn v6(head: [u16; 3], prefix: u8, meaning: &'static str) -> (Ipv6Net, &'static str) {
    (Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], head[2], 0, 0, 0, 0, 0), prefix), meaning)
}

const NOT_PUBLIC_V4: [(Ipv4Net, &str); 16] = [
    v4(0, 0, 0, 8, "unspecified (this network)"),
    v4(10, 0, 0, 8, "private"),
    v4(100, 64, 0, 10, "shared by a carrier (CGN)"),
    v4(127, 0, 0, 8, "loopback"),
    v4(169, 254, 0, 16, "link-local"),
    v4(172, 16, 0, 12, "private"),
    v4(192, 0, 0, 24, "reserved for protocols"),
    v4(192, 0, 2, 24, "a test net"),
    v4(192, 88, 99, 24, "a 6to4 relay"),
    v4(192, 168, 0, 16, "private"),
    v4(198, 18, 0, 15, "for benchmarks"),
    v4(198, 51, 100, 24, "a test net"),
    v4(203, 0, 113, 24, "a test net"),
    v4(224, 0, 0, 4, "multicast"),
    (Ipv4Net::new_assert(Ipv4Addr::BROADCAST, 32), "broadcast"),
    v4(240, 0, 0, 4, "reserved"),
];

/// Embedding forms first, so that the meaning names what the address tries.
const NOT_PUBLIC_V6: [(Ipv6Net, &str); 16] = [
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), "unspecified"),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), "loopback"),
    (Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), "IPv4-mapped"),
    v6([0, 0, 0], 96, "IPv4-compatible"),
    v6([0x64, 0xff9b, 0], 96, "NAT64"),
    v6([0x64, 0xff9b, 1], 48, "local NAT64"),
    v6([0x100, 0, 0], 64, "for discarding"),
    v6([0x2001, 0, 0], 32, "Teredo"),
    v6([0x2001, 0, 0], 23, "reserved for protocols"),
    v6([0x2001, 0xdb8, 0], 32, "for documentation"),
    v6([0x2002, 0, 0], 16, "6to4"),
    v6([0x3fff, 0, 0], 20, "for documentation"),
    v6([0xfc00, 0, 0], 7, "unique-local"),
    v6([0xfe80, 0, 0], 10, "link-local"),
    v6([0xfec0, 0, 0], 10, "site-local"),
    v6([0xff00, 0, 0], 8, "multicast"),
];

/// RFC 4291 and the IANA registry: only this part of IPv6 has been given out as global unicast.
const GLOBAL_UNICAST: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What an address is when it is not public; `None` for public ones.
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => NOT_PUBLIC_V4.iter().find(|(net, _)| net.contains(&v4)).map(|(_, meaning)| *meaning),
        IpAddr::V6(v6) => NOT_PUBLIC_V6
            .iter()
            .find(|(net, _)| net.contains(&v6))
            .map(|(_, meaning)| *meaning)
            .or_else(|| (!GLOBAL_UNICAST.contains(&v6)).then_some("reserved")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let inside = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 \
             172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 \
             198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 \
             ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 \
             2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 \
             ff02::1";
        for address in inside.split(' ') {
            assert!(not_public(address.parse().unwrap()).is_some(), "{address} passed for public");
        }
        let public = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.0.1.1 198.17.255.255 \
             198.20.0.0 223.255.255.255 2606:4700:4700::1111 2400:3200::1 2a00:1450::1";
        for address in public.split(' ') {
            assert_eq!(not_public(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn the_meaning_names_what_was_tried() {
        for (address, meaning) in [
            ("255.255.255.255", "broadcast"),
            ("::ffff:10.0.0.1", "IPv4-mapped"),
            ("64:ff9b::1", "NAT64"),
            ("2002::1", "6to4"),
            ("2001:0:1::", "Teredo"),
        ] {
            assert_eq!(not_public(address.parse().unwrap()), Some(meaning), "{address}");
        }
    }
}
