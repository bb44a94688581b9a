package dev.millrace.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The gate's result for a candidate. TensorFlow Extended (TFX) calls a positive result "blessing".
 * The candidate and the champion classified the same images. No training step has seen these
 * images.
 *
 * @param blessed whether the candidate may serve
 * @param reason the reason, in words
 * @param images number of images that the candidate and the champion classified
 * @param accuracy the candidate's accuracy, from 0 to 1
 * @param champion number of the version that serves, or null if no version serves
 * @param championAccuracy the champion's accuracy, from 0 to 1, or null if it is unknown
 * @param gained number of images that only the candidate classifies correctly
 * @param lost number of images that only the champion classifies correctly
 * @param p p-value of McNemar's one-sided exact test: the probability that a candidate which is
 *     only as good as the champion wins at least {@code gained} of the {@code gained + lost} images
 *     by chance; 1 without a champion
 * @param round how many candidates have been compared with this champion, with this candidate; 0 if
 *     the candidate was not compared
 * @param level the significance level of this round; 0 if the candidate was not compared
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verdict(
    boolean blessed,
    String reason,
    int images,
    double accuracy,
    Integer champion,
    Double championAccuracy,
    int gained,
    int lost,
    double p,
    int round,
    double level) {}
