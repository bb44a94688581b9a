package dev.millrace.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What the gate found of a candidate: TFX's "blessing". Both versions answered the same images,
 * which no training step has seen.
 *
 * @param blessed whether it may serve
 * @param reason why it is blessed or not, in words
 * @param images how many they answered
 * @param accuracy the candidate's, from 0 to 1
 * @param champion the version that serves, or null if none does
 * @param championAccuracy its accuracy, or null
 * @param gained images that only the candidate answers right
 * @param lost images that only the champion answers right
 * @param p how probable it is that a candidate no better than the champion would gain so many:
 *     one-sided McNemar, exact; 1 without a champion
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
    double p) {}
