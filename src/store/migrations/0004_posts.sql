-- Why a post is kept out by its own front matter; and the file whose post another file holds too.
ALTER TABLE posts ADD COLUMN kept_out TEXT;
ALTER TABLE posts ADD COLUMN same_as TEXT;
