package dev.pointsman.eventstore;

import org.jspecify.annotations.Nullable;

/**
 * An event, or a row of one, that the store refused and that lies aside.
 *
 * @param sequence the event's number in the spool
 * @param table the table that refused a row of it, null when nothing of it is stored
 * @param reason what the store said, without values of the event
 */
public record DeadLetter(long sequence, @Nullable EventTable table, String reason) {}
