package dev.millrace.service.command.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicSampleTest {

  @TempDir private Path folder;

  @Test
  void sample_isTheSameInAnyOrder_andOnlyItsImagesAreKept() throws IOException {
    List<ConsumerRecord<byte[], byte[]>> records =
        new ArrayList<>(IntStream.range(0, 1000).mapToObj(i -> record(i, "image " + i)).toList());
    List<Picture> pictures = sample(folder.resolve("a"), 20, records);
    Collections.shuffle(records, new Random(1));
    List<Picture> again = sample(folder.resolve("b"), 20, records);

    assertThat(pictures).hasSize(20);
    assertThat(again).extracting(Picture::name).isEqualTo(names(pictures));
    assertThat(names(pictures).stream().mapToInt(TopicSampleTest::offset).max().orElseThrow())
        .as("the sample is not the topic's beginning")
        .isGreaterThan(500);
    try (Stream<Path> files = Files.list(folder.resolve("a"))) {
      assertThat(files).hasSize(20);
    }
    for (Picture picture : pictures) {
      assertThat(new String(picture.content().read(), StandardCharsets.UTF_8))
          .isEqualTo("image " + offset(picture.name()));
      assertThat(picture.truth()).isEqualTo(Picture.UNKNOWN);
    }
  }

  @Test
  void copiesAndRecordsWithoutAValue_countOnce_orNotAtAll() throws IOException {
    List<Picture> pictures =
        sample(folder.resolve("a"), 5, List.of(record(0, "x"), record(1, null), record(2, "x")));

    assertThat(names(pictures)).containsExactly("t-3@0");
  }

  @Test
  void folderThatIsGone_isAClearError() {
    TopicSample sample = new TopicSample(folder.resolve("gone"), 5);

    assertThatThrownBy(() -> sample.add(record(0, "x")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("cannot keep an image of t in the folder for temporary files");
  }

  private static List<Picture> sample(
      Path folder, int most, List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
    TopicSample sample = new TopicSample(Files.createDirectories(folder), most);
    records.forEach(sample::add);
    return sample.pictures();
  }

  private static List<String> names(List<Picture> pictures) {
    return pictures.stream().map(Picture::name).toList();
  }

  private static int offset(String name) {
    return Integer.parseInt(name.substring(name.indexOf('@') + 1));
  }

  private static ConsumerRecord<byte[], byte[]> record(int offset, String value) {
    return new ConsumerRecord<>(
        "t", 3, offset, null, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }
}
