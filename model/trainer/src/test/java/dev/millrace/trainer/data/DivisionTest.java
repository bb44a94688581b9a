package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.training.Split;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DivisionTest {

  private static final Split FIFTH = new Split(0.2);

  private static NamedImage image(String key, String name, String content) {
    return new NamedImage(key, name, Sha256.of(content), () -> new byte[0]);
  }

  private static List<NamedImage> images(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> image(name + "/" + i, name, name + i)).toList();
  }

  private static List<NamedImage> both(List<NamedImage> some, List<NamedImage> others) {
    List<NamedImage> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private static Map<String, Part> divide(Split split, List<NamedImage> images) {
    return new Division(split, Parts.NONE).of(images);
  }

  private static long count(Map<String, Part> parts, List<NamedImage> images, Part part) {
    return images.stream().filter(image -> parts.get(image.content()) == part).count();
  }

  @ParameterizedTest
  @CsvSource({"1000, 150, 50", "20, 3, 1", "10, 2, 1", "3, 1, 1", "2, 0, 0", "1, 0, 0"})
  void eachClass_hasItsShares(int size, long gate, long report) {
    List<NamedImage> cats = images("cat", size);
    Map<String, Part> parts = divide(FIFTH, both(cats, images("dog", 200)));

    assertThat(count(parts, cats, Part.GATE)).isEqualTo(gate);
    assertThat(count(parts, cats, Part.REPORT)).isEqualTo(report);
    assertThat(count(parts, cats, Part.TRAINING)).isEqualTo(size - gate - report);
  }

  /**
   * An earlier release divided images by their keys, so 23 of 29 held-out images had copies that
   * were trained on.
   */
  @Test
  void copies_areInOnePart() {
    List<NamedImage> images = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      images.add(image("cat/" + i, "cat", "same " + i / 5));
    }
    Map<String, Part> parts = divide(FIFTH, images);

    assertThat(parts).hasSize(30);
    assertThat(count(parts, images, Part.GATE)).isEqualTo(5 * 5); // 4.5 of 30 different images
  }

  @Test
  void imagesOfOneGroup_andGroupsThatShareAnImage_areInOnePart() {
    Split byPatient = new Split(0.2, Optional.of(Pattern.compile("^[a-z]+/(p[0-9]+)_")));
    List<NamedImage> images = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      images.add(image("cat/p" + i / 4 + "_" + i, "cat", "cat " + i));
      images.add(image("dog/p" + i / 4 + "_" + i, "dog", "dog " + i));
    }
    images.add(image("cat/p3_copy", "cat", "cat 99")); // connects patients 3 and 24
    Map<String, Part> parts = divide(byPatient, images);

    Map<String, Set<Part>> byGroup = new HashMap<>();
    images.forEach(
        image ->
            byGroup
                .computeIfAbsent(
                    byPatient.groupOf(image.key()).orElseThrow(), group -> new HashSet<>())
                .add(parts.get(image.content())));
    assertThat(byGroup).hasSize(25).allSatisfy((group, of) -> assertThat(of).hasSize(1));
    assertThat(byGroup.get("p3")).isEqualTo(byGroup.get("p24"));
    assertThat(count(parts, images, Part.GATE)).isBetween(24L, 40L);
    assertThat(count(parts, images, Part.REPORT)).isBetween(8L, 16L);
  }

  @Test
  void aGroupOfMoreThanAThird_isNotHeldOutForLackOfOthers() {
    Split byFolder = new Split(0.2, Optional.of(Pattern.compile(".*/")));
    List<NamedImage> images = both(images("cat", 40), List.of(image("a/1", "cat", "a")));

    assertThat(divide(byFolder, both(images, List.of(image("b/1", "cat", "b")))))
        .containsEntry(images.get(0).content(), Part.TRAINING)
        .containsValues(Part.GATE, Part.REPORT);
  }

  @Test
  void order_changesNothing() {
    List<NamedImage> images = new ArrayList<>(both(images("cat", 90), images("dog", 40)));
    Map<String, Part> parts = divide(FIFTH, images);
    Collections.shuffle(images, new Random(1));

    assertThat(divide(FIFTH, images)).isEqualTo(parts);
  }

  @Test
  void anImage_keepsItsPart() {
    List<NamedImage> all = images("cat", 400);
    Map<String, Part> before = divide(FIFTH, all.subList(0, 100));
    Map<String, Part> after = new Division(FIFTH, new Parts(before, Map.of())).of(all);

    assertThat(after).containsAllEntriesOf(before);
    assertThat(count(after, all, Part.GATE)).isEqualTo(60);
    assertThat(count(after, all, Part.REPORT)).isEqualTo(20);
  }

  /**
   * A division without the parts of an earlier division is still nearly equal to it, because the
   * order of the images depends only on their hashes.
   */
  @Test
  void aFewMoreImages_changeAlmostNoPart() {
    List<NamedImage> all = images("cat", 1_010);
    Map<String, Part> before = divide(FIFTH, all.subList(0, 1_000));
    Map<String, Part> after = divide(FIFTH, all);

    assertThat(before.keySet())
        .filteredOn(image -> before.get(image) != after.get(image))
        .hasSizeLessThan(10);
  }

  @Test
  void heldOutOnce_isHeldOutOfLargerSharesToo() {
    List<NamedImage> images = images("cat", 1_000);
    Map<String, Part> small = divide(new Split(0.1), images);
    Map<String, Part> large = divide(new Split(0.3), images);

    assertThat(large.keySet())
        .filteredOn(image -> small.get(image) != Part.TRAINING)
        .allMatch(image -> large.get(image) != Part.TRAINING);
  }

  /**
   * Earlier versions were trained on one of the two groups, so neither group can be held out any
   * more.
   */
  @Test
  void anImageThatConnectsATrainedGroupWithAHeldOutGroup_isTrainedOn() {
    Split byFolder = new Split(0.2, Optional.of(Pattern.compile(".*/")));
    NamedImage trained = image("a/1", "cat", "trained");
    NamedImage heldOut = image("b/1", "cat", "held out");
    Map<String, Part> before =
        Map.of(trained.content(), Part.TRAINING, heldOut.content(), Part.GATE);

    assertThat(
            new Division(byFolder, new Parts(before, Map.of()))
                .of(List.of(trained, heldOut, image("b/2", "cat", "trained"))))
        .containsEntry(heldOut.content(), Part.TRAINING);
  }

  @Test
  void aGroupWithAPart_keepsIt_andAnImageOfATrainedGroupWins() {
    Split byFolder = new Split(0.2, Optional.of(Pattern.compile(".*/")));
    Parts before =
        new Parts(Map.of(), Map.of(Sha256.of("a/"), Part.TRAINING, Sha256.of("b/"), Part.REPORT));
    NamedImage trained = image("a/1", "cat", "one");
    NamedImage reported = image("b/1", "cat", "two");

    assertThat(new Division(byFolder, before).of(List.of(trained, reported)))
        .containsEntry(trained.content(), Part.TRAINING)
        .containsEntry(reported.content(), Part.REPORT);
    assertThat(
            new Division(byFolder, before)
                .of(List.of(trained, reported, image("b/2", "cat", "one"))))
        .containsEntry(reported.content(), Part.TRAINING);
  }
}
