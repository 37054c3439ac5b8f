/** What happened, at the moment it does: events, codec, durable spool. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.eventlog;
