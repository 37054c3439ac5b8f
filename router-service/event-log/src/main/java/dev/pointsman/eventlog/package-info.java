/**
 * What happened, written down at the moment it does: events, their versioned codec, and the durable
 * spool that an event is in before anything is acknowledged.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.eventlog;
