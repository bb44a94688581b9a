package dev.millrace.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The accuracy of the champion (the version that serves) on the newest labelled images that no
 * training step has seen.
 *
 * @param version the champion's version number
 * @param images number of images
 * @param accuracy the champion's accuracy on these images, from 0 to 1
 * @param promotedImages number of the gate's images on which it was judged; null if no gate
 *     promoted it
 * @param promotedAccuracy the champion's accuracy on the gate's images when it was promoted, from 0
 *     to 1; null if no gate promoted it
 * @param p p-value of Fisher's one-sided exact test: the probability of an accuracy this low if the
 *     champion is still as good as at its promotion. 1 if the champion's accuracy at its promotion
 *     is unknown
 * @param hasFallen whether the champion is significantly worse than when it was promoted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChampionMeasure(
    int version,
    int images,
    double accuracy,
    Integer promotedImages,
    Double promotedAccuracy,
    double p,
    boolean hasFallen) {}
