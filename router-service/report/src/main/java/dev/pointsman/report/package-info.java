/**
 * The judgement for people: verdict, health, savings and series of one function, and the story of
 * one decision. Pages, API and command line all read these records, so their figures agree.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.report;
