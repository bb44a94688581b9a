package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("build-kafka")
class RecordSizeTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576, 3_000_000})
  void bound_isNeverBelowWhatKafkaWrites_andCloseToIt(int bytes) {
    byte[] key = new byte[bytes / 3];
    byte[] value = new byte[bytes];
    List<Header> headers =
        IntStream.range(0, 20)
            .<Header>mapToObj(i -> new RecordHeader("ключ-" + i, new byte[bytes / 50]))
            .toList();

    long written =
        MemoryRecords.withRecords(
                Compression.NONE,
                new SimpleRecord(
                    System.currentTimeMillis(), key, value, headers.toArray(Header[]::new)))
            .sizeInBytes();

    assertThat(RecordSize.of(key, value, headers)).isBetween(written, written + 300);
  }

  @Test
  void missingParts_takeNothing() {
    byte[] some = "some".getBytes(StandardCharsets.UTF_8);

    assertThat(RecordSize.of(null, some, List.of()))
        .isEqualTo(RecordSize.of(some, null, List.of()))
        .isEqualTo(RecordSize.of(0, some.length, List.of()));
    assertThat(RecordSize.of(some, some, List.of(new RecordHeader("h", (byte[]) null))))
        .isGreaterThan(RecordSize.of(some, some, List.of()));
  }

  @Test
  void bound_holdsForRandomRecords() {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      byte[] key = random.nextBoolean() ? null : new byte[random.nextInt(300)];
      byte[] value = random.nextBoolean() ? null : new byte[random.nextInt(20_000)];
      List<Header> headers =
          random
              .ints(random.nextInt(5), 0, 400)
              .<Header>mapToObj(length -> new RecordHeader("h".repeat(length), new byte[length]))
              .toList();
      long written =
          MemoryRecords.withRecords(
                  Compression.NONE, new SimpleRecord(0, key, value, headers.toArray(Header[]::new)))
              .sizeInBytes();

      assertThat(RecordSize.of(key, value, headers)).isGreaterThanOrEqualTo(written);
    }
  }
}
