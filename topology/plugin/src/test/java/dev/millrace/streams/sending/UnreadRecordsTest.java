package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler.DeserializationHandlerResponse;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.junit.jupiter.api.Test;

/** Tests the method that Kafka Streams calls in versions before 4.2. */
@SuppressWarnings("deprecation")
class UnreadRecordsTest {

  @Test
  void recordThatCannotBeRead_failsTheTask() {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("images", 0, 42, null, new byte[] {0, 0, 0, 0, 1});

    ErrorHandlerContext context = null;

    assertThat(
            new UnreadRecords().handle(context, record, new KafkaException("the registry is away")))
        .isEqualTo(DeserializationHandlerResponse.FAIL);
  }
}
