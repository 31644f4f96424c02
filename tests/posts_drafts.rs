//! Drafts in a whole cycle: kept out and told; a published post that becomes one is withdrawn, and comes back as itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use support::{Site, post};

fn summary(site: &Site) -> String {
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_post_that_becomes_a_draft_is_withdrawn_and_comes_back_as_itself() {
    let site = Site::new("");
    let text = post(1, &[1, 2]).markdown();
    site.write("posts/1.md", &text);
    summary(&site);
    let ids = site.ids();
    assert_eq!(ids.len(), 2);
    for line in ["draft: true", "published: false", "Draft: 'Yes'"] {
        site.write("posts/1.md", text.replacen("tags:", &format!("{line}\ntags:"), 1));
        let told = summary(&site);
        assert!(told.contains("kept out") && told.contains("left the feeds") && told.contains("posts/1.md"), "{told}");
        assert_eq!(site.ids().len(), 0, "{line}");
        site.write("posts/1.md", &text);
        summary(&site);
        assert_eq!(site.ids(), ids, "{line}");
    }
}
