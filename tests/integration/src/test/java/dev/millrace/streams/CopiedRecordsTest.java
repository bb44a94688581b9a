package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application copies its input to another topic. Kafka Streams keeps the bytes of a record only
 * until it sends the record.
 */
class CopiedRecordsTest extends GivenUpTasks {

  private static final byte[] KEY = {7};
  private static final byte[] BAD = {1, 2, 3};

  private final String copy = topic + "-copy";
  private final String deadLetters = topic + "-dead-letters";

  private static final class Refusing extends ContextualFixedKeyProcessor<byte[], String, Void> {
    @Override
    public void process(FixedKeyRecord<byte[], String> record) {
      if (record.value().length() == BAD.length) {
        throw new BadImageException(BadImageException.Reason.UNDECODABLE, "no image");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void deadLetter_hasTheKeyAndTheValueOfTheCopiedRecord(String guarantee) throws Exception {
    properties.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterBadImages.class);
    properties.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, deadLetters);
    KStream<byte[], byte[]> input = input();
    input.to(copy, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    input.mapValues(value -> "x".repeat(value.length)).processValues(Refusing::new);
    try (Admin admin = Admin.create(kafka)) {
      admin
          .createTopics(
              List.of(new NewTopic(copy, 1, (short) 1), new NewTopic(deadLetters, 1, (short) 1)))
          .all()
          .get();
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      var unused = producer.send(new ProducerRecord<>(topic, 0, KEY, BAD));
    }
    List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
    try (KafkaStreams streams = start(guarantee, "one");
        KafkaConsumer<byte[], byte[]> reader = reader()) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                reader.poll(Duration.ofMillis(100)).forEach(letters::add);
                return !letters.isEmpty();
              });
    }

    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).key()).isEqualTo(KEY);
    assertThat(letters.get(0).value()).isEqualTo(BAD);
  }

  private KafkaConsumer<byte[], byte[]> reader() {
    KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(deadLetters, 0);
    reader.assign(List.of(partition));
    reader.seekToBeginning(List.of(partition));
    return reader;
  }
}
