package dev.millrace.service.page;

import dev.millrace.service.health.Problem;
import java.util.List;

/**
 * The content of the panel about the stream.
 *
 * @param live whether the service works, or can recover
 * @param serving the version that serves, or null
 * @param problems the problems because of which the service is not ready
 * @param troubles the requests to the brokers or the repository that fail at the moment, with the
 *     reasons
 * @param seen number of predictions since the page was opened
 * @param perSecond current number of predictions per second
 * @param history predictions per second in each of the last seconds, the oldest first
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
