package dev.millrace.service.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTest {

  @TempDir Path folder;

  @Test
  void write_leavesNetworkLabelsAndImages_alsoTheSecondTime() throws Exception {
    Sample.write(folder.resolve("sample"));
    Sample.write(folder.resolve("sample"));

    assertThat(folder.resolve("sample/model.onnx")).hasSize(82679);
    assertThat(Files.readAllLines(folder.resolve("sample/labels.txt")))
        .hasSameElementsAs(FashionMnist.LABELS.names())
        .isSorted();
    try (Stream<Path> images = Files.walk(folder.resolve("sample/images"))) {
      assertThat(images.filter(Files::isRegularFile)).hasSize(Sample.IMAGES);
    }
  }
}
