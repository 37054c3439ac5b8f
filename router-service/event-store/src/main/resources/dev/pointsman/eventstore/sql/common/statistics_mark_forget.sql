DELETE FROM statistics_mark WHERE seq < :before
