package dev.millrace.trainer.data;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.Setting;
import dev.millrace.core.training.OtherSplitException;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The file {@code split.json} in a run's folder. The file holds the part of each image and of each
 * group. So no image and no group changes its part between runs in the same folder.
 */
final class SplitFile {

  private static final String NAME = "split.json";
  private static final int UNUSED = 100_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;

  SplitFile(Path run) {
    this.file = run.resolve(NAME);
  }

  /** {@return whether images were divided before} */
  boolean exists() {
    return Files.exists(file);
  }

  /**
   * The file's content.
   *
   * @param heldOut the held-out share
   * @param group the pattern of the groups, or an empty text
   * @param parts the part of each image, by content
   * @param groups the part of each group, by the SHA-256 of its name; none in a file of an earlier
   *     release
   * @param trainedAfter the number of the model's newest version when the first training on an
   *     image began, for each training image, by content
   */
  private record Content(
      double heldOut,
      String group,
      Map<String, Part> parts,
      Map<String, Part> groups,
      Map<String, Integer> trainedAfter) {

    Content {
      groups = groups == null ? Map.of() : groups;
    }

    Parts both() {
      return new Parts(parts, groups);
    }
  }

  /**
   * {@return the parts of the images and groups that were divided before}
   *
   * @throws OtherSplitException if the images were divided by another split
   */
  Parts read(Split split) {
    Optional<Content> content = content();
    content.ifPresent(found -> requireSame(found, split));
    return content.map(Content::both).orElse(Parts.NONE);
  }

  private Optional<Content> content() {
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), Content.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new TrainingException(message(e), e, Setting.RUN);
    }
  }

  private void requireSame(Content content, Split split) {
    if (content.heldOut() != split.heldOut()) {
      throw other(heldOut(content.heldOut()), heldOut(split.heldOut()));
    }
    if (!content.group().equals(group(split))) {
      throw other(group(content.group()), group(group(split)));
    }
  }

  private OtherSplitException other(String before, String now) {
    return new OtherSplitException(file.toString(), before, now);
  }

  private static String group(Split split) {
    return split.group().map(Pattern::pattern).orElse("");
  }

  private static String heldOut(double share) {
    return "a held-out share of " + share;
  }

  private static String group(String pattern) {
    return pattern.isEmpty() ? "no groups" : "groups by '" + pattern + "'";
  }

  /**
   * {@return the number of the model's newest version when the first training on one of the images
   * began; empty if no training step has seen any of them}
   */
  OptionalInt trainedAfter(Set<String> images) {
    Map<String, Integer> after = content().map(Content::trainedAfter).orElse(Map.of());
    return images.stream().filter(after::containsKey).mapToInt(after::get).min();
  }

  /**
   * Replaces the file. Unused images stay in the file, because they may come back. The file keeps
   * only the newest unused images: at most {@value #UNUSED}, or at most the number of used images
   * if this number is larger. The same applies to groups.
   *
   * @param used the parts of the used images and groups
   * @param newest number of the model's newest version
   * @throws FailedWriteException if the file cannot be written
   */
  void write(Split split, Parts used, int newest) {
    Optional<Content> before = content();
    Parts known = before.map(Content::both).orElse(Parts.NONE);
    Map<String, Part> images = merged(known.images(), used.images());
    Map<String, Integer> trainedAfter =
        new LinkedHashMap<>(before.map(Content::trainedAfter).orElse(Map.of()));
    used.images()
        .forEach(
            (image, part) -> {
              if (part == Part.TRAINING) {
                trainedAfter.putIfAbsent(image, newest);
              }
            });
    trainedAfter.keySet().retainAll(images.keySet());
    Content content =
        new Content(
            split.heldOut(),
            group(split),
            images,
            merged(known.groups(), used.groups()),
            trainedAfter);
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.removeUnfinished(file);
      AtomicFile.write(file, JSON.writeValueAsBytes(content));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  private static Map<String, Part> merged(Map<String, Part> known, Map<String, Part> used) {
    Map<String, Part> all = new LinkedHashMap<>(known);
    all.keySet().removeAll(used.keySet());
    all.keySet().stream()
        .limit(Math.max(0, all.size() - Math.max(UNUSED, used.size())))
        .toList()
        .forEach(all::remove);
    all.putAll(used);
    return all;
  }

  private String message(IOException e) {
    return file
        + " cannot be used ("
        + e
        + "); check that it is readable and writable and that its disk has room, restore it from"
        + " a backup, or name another run folder. Without it, images that the run's versions were"
        + " trained on could be held out";
  }
}
