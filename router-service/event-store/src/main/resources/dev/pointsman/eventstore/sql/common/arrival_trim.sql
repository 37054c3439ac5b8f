-- What every rule has seen is not needed any more; done in steps, since deleting leaves holes.
DELETE FROM arrival
WHERE seq <= (SELECT min(seq) FROM statistics_mark)
  AND (SELECT min(seq) FROM statistics_mark) - :step >= (SELECT min(seq) FROM arrival)
