  -- By a mask: joined to the list of them, the engine hashes the wide rows and not the list.
  CASE WHEN started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
    THEN get_bit(
      :mask::VARCHAR::BIT,
      ((epoch_us(started_at) - epoch_us(:from::TIMESTAMP)) // :width_us::BIGINT)::INTEGER) = 1
    ELSE FALSE
  END
