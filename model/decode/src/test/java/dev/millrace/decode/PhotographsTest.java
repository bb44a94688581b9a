package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Forty photographs, compared with torchvision 0.14.1. */
class PhotographsTest {

  /** Allows one grey level, because libjpeg may round differently on another machine. */
  private static final Offset<Double> LEVEL = Offset.offset(1.0);

  private static final Preprocessing IMAGENET = Pictures.geometry(256, 224);

  @Test
  void photographs_equalTorchvisionsToTheBit() throws IOException {
    Map<String, byte[]> photographs =
        SharedData.untar("imagenet/imagenet-sample-40.tar").entrySet().stream()
            .collect(
                Collectors.toMap(
                    file -> Path.of(file.getKey()).getFileName().toString(), Map.Entry::getValue));
    List<String> expectations = expectations();
    assertThat(photographs).hasSize(40);
    assertThat(expectations).hasSize(40);
    ByteBuffer pixels = ByteBuffer.allocateDirect(IMAGENET.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (String expectation : expectations) {
        String[] columns = expectation.split("\t", -1);
        String name = columns[0];

        decoder.decode(photographs.get(name), IMAGENET, pixels);

        for (int channel = 0; channel < Preprocessing.CHANNELS; channel++) {
          assertThat(mean(pixels, channel))
              .as("%s, mean of channel %d", name, channel)
              .isEqualTo(Double.parseDouble(columns[2 + channel]), LEVEL);
        }
        assertThat(Pictures.sha256(pixels)).as(name).isEqualTo(columns[1]);
      }
    }
  }

  private static List<String> expectations() throws IOException {
    try (InputStream in =
        PhotographsTest.class.getResourceAsStream("imagenet-sample-40-pixels.tsv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).toList();
    }
  }

  private static double mean(ByteBuffer pixels, int channel) {
    long sum = 0;
    for (int i = channel; i < pixels.limit(); i += Preprocessing.CHANNELS) {
      sum += pixels.get(i) & 0xFF;
    }
    return (double) sum * Preprocessing.CHANNELS / pixels.limit();
  }
}
