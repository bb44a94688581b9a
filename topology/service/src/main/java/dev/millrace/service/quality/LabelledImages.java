package dev.millrace.service.quality;

import dev.millrace.events.Prediction;
import dev.millrace.service.serve.PredictionListener;
import dev.millrace.service.topics.TopicTail;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the labels of images from a topic, and counts how many of these images a service classifies
 * correctly. Keeps the newest labels. A thread of its own reads the topic. This thread retries
 * while the topic does not exist or no broker answers. Thread-safe.
 */
public final class LabelledImages implements PredictionListener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LabelledImages.class);

  private static final String NAME = "millrace-labels";
  private static final long ROUND_MS = 500;
  private static final int ROUNDS_BETWEEN_LOOKS = 10;
  private static final long CLOSE_SECONDS = 6;

  private final String topic;
  private final KnownLabels labels = new KnownLabels();
  private final LiveAccuracy accuracy;
  private final TopicTail tail;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, NAME);
            made.setDaemon(true);
            return made;
          });
  private int rounds;
  private String trouble;

  private LabelledImages(Map<String, Object> kafka, String topic, MeterRegistry registry) {
    this.topic = topic;
    this.accuracy = new LiveAccuracy(registry, labels, System::nanoTime);
    this.tail =
        new TopicTail(
            kafka, NAME, Map.of(topic, new TopicTail.Wanted(KnownLabels.MOST, this::add)));
  }

  /**
   * Starts to read a topic.
   *
   * @param kafka configuration of a consumer
   * @param topic the topic, whose records hold an image's id and its label
   * @param registry receives the meters; the caller keeps and closes it
   * @return the labels, which the caller closes
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  public static LabelledImages open(
      Map<String, Object> kafka, String topic, MeterRegistry registry) {
    LabelledImages opened = new LabelledImages(kafka, topic, registry);
    opened.thread.scheduleWithFixedDelay(opened::round, 0, ROUND_MS, TimeUnit.MILLISECONDS);
    return opened;
  }

  private void round() {
    String found = null;
    try {
      if (rounds++ % ROUNDS_BETWEEN_LOOKS == 0) {
        tail.look();
      }
      tail.poll();
      accuracy.expire();
      if (tail.isDenied(topic)) {
        throw new TopicAuthorizationException("the service's user has no right to read it (Read)");
      }
    } catch (org.apache.kafka.common.errors.InterruptException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) { // a later round may succeed
      found = e.getMessage() == null ? e.toString() : e.getMessage();
    }
    if (found != null && !found.equals(trouble)) {
      log.warn("cannot read the labels of {}: {}", topic, found);
    }
    trouble = found;
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    labels.add(record);
    if (record.key() != null) {
      accuracy.labelled(new String(record.key(), StandardCharsets.UTF_8));
    }
  }

  @Override
  public void predicted(Prediction prediction, long timestamp) {
    accuracy.predicted(prediction);
  }

  /**
   * {@return an image's label, or empty if it is not known}
   *
   * @param id the image's id
   */
  public Optional<String> label(String id) {
    return labels.find(id);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      boolean unused = thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tail.close();
  }
}
