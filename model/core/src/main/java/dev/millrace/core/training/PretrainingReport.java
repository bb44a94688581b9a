package dev.millrace.core.training;

import dev.millrace.core.evaluation.Proportion;

/**
 * The results of one epoch of a pre-training.
 *
 * @param epoch the epoch's number, from 1
 * @param learningRate the learning rate of the epoch's last step
 * @param loss mean loss of the epoch's steps. With SimSiam, from -1 (both views of each image have
 *     the same output) to 1. With rotation prediction, the cross-entropy, in nats; a guess has
 *     {@code ln 4}, about 1.39
 * @param spread with SimSiam, the mean standard deviation of the normalised outputs, divided by
 *     {@code 1 / sqrt(d)}, which is the standard deviation of evenly spread outputs with {@code d}
 *     values. A value near 1 is good; 0 means that all images have the same output (collapse). Null
 *     with rotation prediction
 * @param rotations with rotation prediction, the share of the held-out images whose rotation is
 *     predicted correctly; a guess is right for a quarter of the images. Null with SimSiam
 * @param rotated number of held-out images, each of which has one rotation; 0 with SimSiam
 * @param neighbours share of the judged images that the nearest neighbours classify correctly; null
 *     if the images have no classes
 * @param judged number of images that the nearest neighbours classify; 0 if the images have no
 *     classes
 * @param imagesPerSecond speed, in images per second; each image has two views or four rotations
 */
public record PretrainingReport(
    int epoch,
    double learningRate,
    double loss,
    Double spread,
    Proportion rotations,
    int rotated,
    Proportion neighbours,
    int judged,
    double imagesPerSecond) {}
