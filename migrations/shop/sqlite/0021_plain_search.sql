-- What is searched in is now folded to plain letters and digits in these too. The usual ones here; the others when the product
-- is next imported.
UPDATE products SET search = replace(replace(replace(replace(replace(replace(search, 'º', 'o'), 'ª', 'a'), '¹', '1'), '²', '2'), '³', '3'), '½', '1 2')
    WHERE search LIKE '%º%' OR search LIKE '%ª%' OR search LIKE '%¹%' OR search LIKE '%²%' OR search LIKE '%³%' OR search LIKE '%½%';
