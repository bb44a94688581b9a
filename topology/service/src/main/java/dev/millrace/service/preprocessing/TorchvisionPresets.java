package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The preprocessing of torchvision's classification weights. As in torchvision's class {@code
 * ImageClassification}, the shorter side is resized, and then the centre is cropped.
 */
public final class TorchvisionPresets {

  /** The prefix of the presets' names. */
  public static final String PREFIX = "torchvision/";

  private static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

  private TorchvisionPresets() {}

  /**
   * {@return the preprocessing of a network's weights}
   *
   * @param name {@code torchvision/NETWORK} for the default weights, or {@code
   *     torchvision/NETWORK/WEIGHTS}, for example {@code torchvision/resnet50/IMAGENET1K_V1}
   * @throws IllegalArgumentException if there are no weights with this name; the message lists
   *     valid names
   */
  public static Hints of(String name) {
    String[] parts = name.split("/", -1);
    if (!name.startsWith(PREFIX) || parts.length > 3) {
      throw new IllegalArgumentException(
          "preset: '"
              + name
              + "' is unknown; give torchvision/NETWORK, such as torchvision/resnet50");
    }
    List<String[]> all = rows();
    List<String[]> ofNetwork =
        all.stream().filter(row -> row[0].equals(parts[1].toLowerCase(Locale.ROOT))).toList();
    if (ofNetwork.isEmpty()) {
      throw new IllegalArgumentException(
          "preset: torchvision has no network '%s'; it has %s"
              .formatted(parts[1], join(all.stream().map(row -> row[0]).distinct().toList())));
    }
    return ofNetwork.stream()
        .filter(row -> parts.length == 2 || row[1].equalsIgnoreCase(parts[2]))
        .findFirst()
        .map(TorchvisionPresets::hints)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "preset: %s has no weights '%s'; it has %s"
                        .formatted(
                            parts[1], parts[2], join(ofNetwork.stream().map(r -> r[1]).toList()))));
  }

  /**
   * {@return the names of all presets of default weights, in alphabetical order, for completion}
   */
  public static List<String> names() {
    return rows().stream().map(row -> PREFIX + row[0]).distinct().toList();
  }

  private static Hints hints(String[] row) {
    HintsBuilder hints = new HintsBuilder("preset " + PREFIX + row[0] + "/" + row[1]);
    hints.width = Integer.valueOf(row[2]);
    hints.height = hints.width;
    hints.resize = Integer.valueOf(row[3]);
    hints.fit = Fit.CROP;
    hints.interpolation = Interpolation.valueOf(row[4].toUpperCase(Locale.ROOT));
    boolean imagenet = row[5].equals("imagenet");
    hints.mean = imagenet ? Preprocessing.IMAGENET_MEAN : HALF;
    hints.std = imagenet ? Preprocessing.IMAGENET_STD : HALF;
    return hints.build();
  }

  private static List<String[]> rows() {
    try (InputStream table = TorchvisionPresets.class.getResourceAsStream("torchvision.csv")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String join(List<String> names) {
    return String.join(", ", names);
  }
}
