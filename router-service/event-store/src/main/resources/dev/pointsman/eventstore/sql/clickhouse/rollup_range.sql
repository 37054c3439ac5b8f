  (seconds = 60 AND bucket >= :from AND bucket < :to
      AND (bucket < :first_hour OR bucket >= :last_hour)
    OR seconds = 3600 AND bucket >= :first_hour AND bucket < :last_hour
      AND (bucket < :first_day OR bucket >= :last_day)
    OR seconds = 86400 AND bucket >= :first_day AND bucket < :last_day)
