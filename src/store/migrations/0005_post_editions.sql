-- The edition that a file was read as last: a file that is there may hold another one by now.
UPDATE posts SET edition_id = (
    SELECT id FROM editions WHERE editions.input_id = posts.input_id AND editions.path = posts.path AND live = 1
    ORDER BY updated DESC LIMIT 1);
