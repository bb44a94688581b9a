package dev.millrace.benchmarks.contender;

import dev.millrace.events.Prediction;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.confluent.parallelconsumer.PollContext;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Confluent's Parallel Consumer with its fastest settings: batches without order, and one batch at
 * a time for each core. It guarantees at-least-once processing.
 */
final class ParallelConsumerPeer {

  private ParallelConsumerPeer() {}

  static AutoCloseable start(Settings settings) {
    Classifier classifier = new Classifier(settings);
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            settings.consumerKeys(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            settings.producerKeys(), new ByteArraySerializer(), new ByteArraySerializer());
    ParallelStreamProcessor<byte[], byte[]> processor =
        ParallelStreamProcessor.createEosStreamProcessor(
            ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(consumer)
                .producer(producer)
                .ordering(ProcessingOrder.UNORDERED)
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .batchSize(settings.maxBatchSize())
                .maxConcurrency(settings.threads())
                .build());
    processor.subscribe(List.of(settings.input()));
    processor.pollAndProduceMany(context -> answer(settings, classifier, context));
    return () -> {
      processor.close();
      classifier.close();
    };
  }

  private static List<ProducerRecord<byte[], byte[]>> answer(
      Settings settings, Classifier classifier, PollContext<byte[], byte[]> context) {
    List<Classifier.Image> images = new ArrayList<>();
    context
        .streamConsumerRecords()
        .forEach(
            record ->
                images.add(
                    new Classifier.Image(
                        record.key(),
                        record.value(),
                        new Prediction.Source(
                            record.topic(), record.partition(), record.offset()))));
    List<byte[]> predictions = classifier.classify(images);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(predictions.size());
    for (int i = 0; i < predictions.size(); i++) {
      records.add(
          new ProducerRecord<>(
              settings.output(),
              images.get(i).source().partition(),
              images.get(i).key(),
              predictions.get(i)));
    }
    return records;
  }
}
