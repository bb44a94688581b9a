package dev.millrace.core.training;

/**
 * One pass over the images.
 *
 * @param epoch counted from 1
 * @param learningRate of its last step
 * @param loss mean cross-entropy of its batches as they were trained on, in nats
 * @param accuracy the share of them that was answered right, from 0 to 1
 * @param heldOutLoss mean cross-entropy of the images held out, after it
 * @param heldOutAccuracy the share of those that is answered right
 * @param imagesPerSecond trained on
 */
public record EpochReport(
    int epoch,
    double learningRate,
    double loss,
    double accuracy,
    double heldOutLoss,
    double heldOutAccuracy,
    double imagesPerSecond) {}
