package dev.millrace.service.page;

import dev.millrace.service.health.Problem;
import java.util.List;

/**
 * The content of the panel about the stream.
 *
 * @param live whether the service works, or can recover
 * @param serving the version that serves, or null
 * @param problems what keeps the service from being ready
 * @param troubles what the page cannot ask the brokers or the repository, and why
 * @param seen number of predictions since somebody looks
 * @param perSecond predictions a second, now
 * @param history predictions a second in each of the last seconds, the oldest first
 * @param latency the time from an image's timestamp to its prediction, or null without predictions
 * @param batches the last batches, or null without any
 */
record StreamPanel(
    boolean live,
    Integer serving,
    List<Problem> problems,
    List<String> troubles,
    long seen,
    double perSecond,
    List<Double> history,
    RecentPredictions.Latency latency,
    BatchSizes.View batches) {}
