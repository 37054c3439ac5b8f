package dev.pointsman.replay;

import dev.pointsman.trainer.text.TextSettings;

/**
 * What was chosen for the text model on training rows.
 *
 * @param settings of its fit
 * @param weight with which its residual is added to the task mean; 0 leaves the text out
 * @param error Brier score of differences with it, on training rows held out of the fit
 * @param taskError the same of task means alone
 */
public record RoutingChoice(TextSettings settings, double weight, double error, double taskError) {}
