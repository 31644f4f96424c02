-- The source links of a post with the lines on which they stand: [[key of the link, line], …], as JSON.
ALTER TABLE posts ADD COLUMN cited TEXT NOT NULL DEFAULT '[]';
