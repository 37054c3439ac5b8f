/** The judgement for people: verdict, health, series. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.report;
