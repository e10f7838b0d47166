-- Who came for the first time in the last four hours of the week? Slow: every click of these hours
-- searches all clicks for an earlier one of its visitor.
SELECT c.store, count(DISTINCT c.visitor) AS new_visitors
FROM clicks AS c
WHERE c.second >= 590400
  AND NOT EXISTS (
      SELECT 1 FROM clicks AS earlier
      WHERE earlier.visitor = c.visitor AND earlier.second < c.second)
GROUP BY c.store
ORDER BY new_visitors DESC;
