-- Whether nothing could be published: readiness asks for the last cycle that did.
ALTER TABLE cycles ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;
