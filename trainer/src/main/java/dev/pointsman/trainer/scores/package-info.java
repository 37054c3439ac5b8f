/**
 * Training outside the log: scores from a file become what a function knows before its first request,
 * and what that is worth is judged on rows held out.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.trainer.scores;
