/** What tests of the log and of its readers share: sample events, a clock, and the log's rules. */
package dev.pointsman.eventlog.testing;
