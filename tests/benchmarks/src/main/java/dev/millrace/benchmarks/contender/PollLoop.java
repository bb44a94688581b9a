package dev.millrace.benchmarks.contender;

import dev.millrace.events.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A poll loop on one thread for each core, each with its own consumer. A thread classifies the
 * records of each poll as one batch, produces and flushes the predictions, and then commits the
 * offsets of the records. So every record is processed at least once.
 */
final class PollLoop implements Runnable {

  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final Settings settings;
  private final Classifier classifier;
  private volatile boolean stopped;

  private PollLoop(Settings settings, Classifier classifier) {
    this.settings = settings;
    this.classifier = classifier;
  }

  static AutoCloseable start(Settings settings) {
    Classifier classifier = new Classifier(settings);
    PollLoop loop = new PollLoop(settings, classifier);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < settings.threads(); i++) {
      Thread thread = new Thread(loop, "poll-loop-" + i);
      thread.start();
      threads.add(thread);
    }
    return () -> {
      loop.stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
      classifier.close();
    };
  }

  @Override
  public void run() {
    Map<String, Object> consuming = settings.consumerKeys();
    consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.maxBatchSize());
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                consuming, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                settings.producerKeys(), new ByteArraySerializer(), new ByteArraySerializer())) {
      consumer.subscribe(List.of(settings.input()));
      while (!stopped) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
        if (!records.isEmpty()) {
          answer(records, producer);
          consumer.commitSync();
        }
      }
    }
  }

  private void answer(
      ConsumerRecords<byte[], byte[]> records, KafkaProducer<byte[], byte[]> producer) {
    List<Classifier.Image> images = new ArrayList<>(records.count());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      images.add(
          new Classifier.Image(
              record.key(),
              record.value(),
              new Prediction.Source(record.topic(), record.partition(), record.offset())));
    }
    List<byte[]> predictions = classifier.classify(images);
    for (int i = 0; i < predictions.size(); i++) {
      var unused =
          producer.send(
              new ProducerRecord<>(
                  settings.output(),
                  images.get(i).source().partition(),
                  images.get(i).key(),
                  predictions.get(i)));
    }
    producer.flush();
  }
}
