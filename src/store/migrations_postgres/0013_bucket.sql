-- What was put into the bucket: published files by their hashes (an empty one: what stands there is not known), and since when
-- nothing there links to a file that is not published any more (seconds since 1970).
CREATE TABLE bucket_objects (
    path TEXT COLLATE "C" PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL,
    left_at BIGINT
);
