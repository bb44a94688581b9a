package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.OtherSplitException;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectorTest {

  @TempDir Path run;

  private final List<NamedImage> images = new ArrayList<>();

  private void add(String name, int count) {
    for (int i = 0; i < count; i++) {
      add(name + "/" + i, name);
    }
  }

  private void add(String key, String name) {
    images.add(new NamedImage(key, name, Sha256.of(key), () -> new byte[0]));
  }

  private FoundImages found() {
    TreeSet<String> names = new TreeSet<>();
    images.forEach(image -> names.add(image.name()));
    return new FoundImages(names, images);
  }

  private Selector selector(Split split, ClassRule rule) {
    return new Selector(new TrainingData.Folder(run, split, rule), run);
  }

  private Selection select(ClassRule rule, List<String> indexed, boolean keepIndexed) {
    return selector(new Split(0.2), rule).select(found(), indexed, keepIndexed);
  }

  private static ClassRule fixed(String... names) {
    return new ClassRule(Optional.of(new Labels(List.of(names))), 20);
  }

  @Test
  void aName_isAClassFromItsNthDifferentImage() {
    add("cat", 20);
    add("dog", 20);
    add("ape", 19);
    images.add(new NamedImage("ape/copy", "ape", images.get(45).content(), () -> new byte[0]));
    Selection selection = select(new ClassRule(20), List.of(), false);

    assertThat(selection.classes()).containsExactly("cat", "dog");
    assertThat(selection.images()).hasSize(40);
    assertThat(selection.lack()).isEmpty();
    assertThat(selection.notes())
        .containsExactly("left out: classes with fewer than 20 different images: 'ape' (19)");
    add("ape/20", "ape");
    assertThat(select(new ClassRule(20), List.of(), false).classes())
        .containsExactly("ape", "cat", "dog");
  }

  @Test
  void indexedClasses_keepTheirOrder_andNewOnesFollow() {
    add("ape", 3);
    add("cat", 3);
    add("dog", 3);
    List<String> indexed = List.of("dog", "cow", "cat");

    assertThat(select(new ClassRule(1), indexed, false).classes())
        .containsExactly("dog", "cat", "ape");
    Selection kept = select(new ClassRule(1), indexed, true);
    assertThat(kept.classes()).containsExactly("dog", "cow", "cat", "ape");
    assertThat(kept.labelled().images()).extracting(LabelledImage::label).startsWith(3, 3, 3, 2);
    assertThat(kept.lack()).isEmpty();
    assertThat(kept.notes())
        .contains(
            "classes without an image to train on: 'cow'; they keep their indices, but the network"
                + " does not learn them (a file of classes can leave them out)");
  }

  /** An image that was trained on would otherwise be held out. */
  @Test
  void images_keepTheirParts_alsoAfterATrainingWithoutThem() {
    add("ape", 40);
    add("cat", 200);
    add("dog", 40);
    Selector selector = selector(new Split(0.2), new ClassRule(1));
    Selection all = selector.select(found(), List.of(), false);
    selector.keep(all, 0);
    List<NamedImage> whole = List.copyOf(images);
    images.removeIf(image -> image.name().equals("cat"));
    selector.keep(selector.select(found(), List.of(), false), 1);
    images.clear();
    images.addAll(whole);

    assertThat(selector.select(found(), List.of(), false).labelled().images())
        .extracting(LabelledImage::key, LabelledImage::part)
        .containsExactlyElementsOf(
            all.labelled().images().stream()
                .map(image -> tuple(image.key(), image.part()))
                .toList());
  }

  /**
   * A repeated training has only the classes of the version, and must divide their images alike.
   */
  @Test
  void parts_doNotDependOnAClassThatIsLeftOut() {
    Split groups = new Split(0.2, Optional.of(Pattern.compile("g[0-9]+/")));
    for (int group = 0; group < 10; group++) {
      for (int i = 0; i < 3; i++) {
        add("g" + group + "/cat" + i, "cat");
        add("g" + group + "/dog" + i, "dog");
      }
    }
    for (int group = 0; group < 10; group++) {
      List<NamedImage> classes = List.copyOf(images);
      add("g" + group + "/ape", "ape");
      Selection selection = selector(groups, new ClassRule(1)).select(found(), List.of(), false);
      Selection repeated = selector(groups, fixed("cat", "dog")).select(found(), List.of(), false);
      images.clear();
      images.addAll(classes);

      assertThat(selection.classes()).containsExactly("cat", "dog");
      assertThat(selection.labelled().images())
          .extracting(LabelledImage::key, LabelledImage::part)
          .containsExactlyElementsOf(
              repeated.labelled().images().stream()
                  .map(image -> tuple(image.key(), image.part()))
                  .toList());
    }
  }

  @Test
  void aPublishedClass_staysOneWithFewImages() {
    add("cat", 30);
    add("dog", 30);
    add("cow", 2);

    Selection kept = select(new ClassRule(20), List.of("cow"), true);
    assertThat(kept.classes()).containsExactly("cow", "cat", "dog");
    assertThat(kept.images()).hasSize(62);
    assertThat(kept.notes())
        .containsExactly(
            "classes without an image to compare versions on: 'cow'",
            "classes without an image to report the accuracy on: 'cow'");
  }

  /** Of the published class cow, only images that an earlier training held out remain. */
  private Selection withoutTrainingImagesOfCow(TrainingData data) {
    add("cat", 30);
    add("cow", 30);
    add("dog", 30);
    Selector selector = new Selector(data, run);
    Selection before = selector.select(found(), List.of(), false);
    selector.keep(before, 0);
    images.removeIf(
        image ->
            image.name().equals("cow") && before.parts().get(image.content()) == Part.TRAINING);
    return selector.select(found(), List.of("cow", "dog"), true);
  }

  @Test
  void aPublishedClassWhoseImagesAreAllHeldOut_isALackInAFolder() {
    ClassRule rule = new ClassRule(1);
    TrainingData.Folder data = new TrainingData.Folder(run, new Split(0.2), rule);

    assertThat(withoutTrainingImagesOfCow(data).lack())
        .contains(
            "all images of class 'cow' are held out, so the network would not learn the class; add"
                + " images of the class, or remove all of its images to train without it");
    images.removeIf(image -> image.name().equals("cow"));
    assertThat(select(rule, List.of("cow", "dog"), true).lack()).isEmpty();
  }

  /** The version to train again may be of a release that only warned. */
  @Test
  void aClassWhoseImagesAreAllHeldOut_isNoLackInARepeatedTraining() {
    ClassRule rule = new ClassRule(fixed("cow", "cat", "dog").fixed(), 1, false);
    TrainingData.Folder data = new TrainingData.Folder(run, new Split(0.2), rule);

    assertThat(withoutTrainingImagesOfCow(data).lack()).isEmpty();
  }

  /** The loop must not stand still because the images of a rare class were replaced. */
  @Test
  void aPublishedClassWhoseImagesAreAllHeldOut_isANoteInATrainingFromTopics() {
    ClassRule rule = new ClassRule(1);
    TrainingData.Topics data =
        new TrainingData.Topics(
            "images",
            "labels",
            Map.of(),
            new KafkaAccess(Map.of()),
            run.resolve("replay"),
            100,
            10,
            Duration.ofHours(1),
            new Split(0.2),
            rule);
    Selection selection = withoutTrainingImagesOfCow(data);

    assertThat(selection.lack()).isEmpty();
    assertThat(selection.notes())
        .containsExactly(
            "classes without an image to train on: 'cow'; they keep their indices, but the network"
                + " does not learn them (a file of classes can leave them out)");
  }

  @Test
  void fixedClasses_areInTheirOrder_andOtherNamesAreTold() {
    add("cat", 3);
    add("dog", 3);
    add("dgo", 7);
    Selection selection = select(fixed("dog", "cat"), List.of("cat"), true);

    assertThat(selection.classes()).containsExactly("dog", "cat");
    assertThat(selection.images()).hasSize(6);
    assertThat(selection.notes())
        .containsExactly(
            "7 images are left out, because the file of classes does not list their class: 'dgo/0' is 'dgo',"
                + " 'dgo/1' is 'dgo', 'dgo/2' is 'dgo', 'dgo/3' is 'dgo', 'dgo/4' is 'dgo' and 2"
                + " more");
  }

  /** A label of a topic may be any line of text, and a key any text. */
  @Test
  void anUnknownLabel_isToldInOneShortPlainLine() {
    add("cat", 3);
    add("dog", 3);
    add("\u001b[2J\nkey" + "k".repeat(300), "\u001b]0;" + "x".repeat(5_000));

    assertThat(select(fixed("dog", "cat"), List.of(), false).notes())
        .containsExactly(
            "1 images are left out, because the file of classes does not list their class: ' [2J key"
                + "k".repeat(192)
                + "…' is ' ]0;"
                + "x".repeat(36)
                + "…'");
  }

  /** At most one of the labels is right, so the network would learn a wrong one. */
  @Test
  void equalImagesOfSeveralClasses_areTold() {
    add("ape", 1);
    add("cat", 20);
    add("dog", 20);
    for (String name : List.of("ape", "dog")) {
      images.add(new NamedImage(name + "/copy", name, images.get(3).content(), () -> new byte[0]));
    }
    images.add(new NamedImage("dog/twin", "dog", images.get(25).content(), () -> new byte[0]));

    Selection selection = select(new ClassRule(20), List.of(), false);
    assertThat(selection.notes())
        .containsExactly(
            "left out: classes with fewer than 20 different images: 'ape' (2)",
            "equal images have different classes; remove the wrong ones: 'cat/2' is 'cat' and"
                + " 'dog/copy' is 'dog'");
    assertThat(selection.lack()).isEmpty();
  }

  @Test
  void aFixedClassThatIsNotTrainedOn_isALack() {
    add("cat", 3);
    add("dog", 3);

    assertThat(select(fixed("cat", "dog", "ape"), List.of(), true).lack())
        .contains("there is no image to train on of class 'ape'");
    assertThat(select(fixed("cat", "dog", "ape"), List.of("ape"), true).lack()).isEmpty();
    ClassRule recorded = new ClassRule(fixed("cat", "dog", "ape").fixed(), 20, false);
    assertThat(select(recorded, List.of(), false).lack()).isEmpty();
  }

  @Test
  void oneClassWithTrainingImages_isALack_besideAPublishedClassWithoutImages() {
    add("cat", 30);

    assertThat(select(new ClassRule(1), List.of("cat", "dog"), true).lack())
        .contains("there is only one class to learn, 'cat', and a training needs two");
    images.clear();
    assertThat(select(new ClassRule(1), List.of("cat", "dog"), true).lack())
        .contains("there is no class to learn");
  }

  @Test
  void aClassOfOneGroup_isLeftOut() {
    add("cat", 20);
    add("dog", 20);
    images.replaceAll(
        image ->
            image.name().equals("dog")
                ? new NamedImage("dog/x" + image.key(), "dog", image.content(), image.source())
                : image);
    Split split = new Split(0.2, Optional.of(Pattern.compile("dog/x")));
    Selection selection = selector(split, new ClassRule(1)).select(found(), List.of(), false);

    assertThat(selection.notes())
        .containsExactly(
            "left out: classes with too few different images or groups to compare versions on:"
                + " 'dog'");
    assertThat(selection.lack())
        .contains("there is only one class to learn, 'cat', and a training needs two");
  }

  @Test
  void aGroupThatMatchesNothing_isALack() {
    add("cat", 20);
    add("dog", 20);
    Split split = new Split(0.2, Optional.of(Pattern.compile("patient")));

    assertThat(selector(split, new ClassRule(1)).select(found(), List.of(), false).lack())
        .contains(
            "the pattern of groups 'patient' matches no image's key, for example not 'cat/0'");
  }

  @Test
  void keptParts_holdInLaterRunsOfTheFolder() {
    add("cat", 40);
    add("dog", 40);
    Selector first = selector(new Split(0.2), new ClassRule(1));
    Selection before = first.select(found(), List.of(), false);
    first.keep(before, 4);
    List<NamedImage> some = List.copyOf(images);
    add("cat/more", "cat");
    images.removeAll(some.subList(0, 35));
    add("dog", 500);
    Selection after = select(new ClassRule(1), List.of(), false);

    Map<String, Part> both = new HashMap<>(before.parts());
    both.keySet().retainAll(after.parts().keySet());
    assertThat(both).hasSize(40); // the class cat is left out
    assertThat(after.parts()).containsAllEntriesOf(both);
  }

  private static final Split BY_PATIENT = new Split(0.4, Optional.of(Pattern.compile("p[0-9]+")));

  /** Adds four images of each of twelve patients, two per class. */
  private void addPatients(String round) {
    for (int patient = 0; patient < 12; patient++) {
      for (String name : List.of("cat", "cat", "dog", "dog")) {
        add(name + "/p" + patient + "_" + round + images.size(), name);
      }
    }
  }

  private static Map<String, Part> partOfEachPatient(Selection selection) {
    Map<String, Part> parts = new HashMap<>();
    selection
        .images()
        .forEach(
            image ->
                parts.put(
                    BY_PATIENT.groupOf(image.key()).orElseThrow(),
                    selection.parts().get(image.content())));
    return parts;
  }

  /**
   * Versions were trained on the patient's earlier images, so the patient's other images cannot be
   * held out. Each selector reads the file, as after a restart.
   */
  @Test
  void aGroup_keepsItsPart_whenAllOfItsImagesAreReplaced() {
    addPatients("old");
    Selector first = selector(BY_PATIENT, new ClassRule(1));
    Selection before = first.select(found(), List.of(), false);
    first.keep(before, 0);
    Map<String, Part> parts = partOfEachPatient(before);
    images.clear();
    addPatients("new");
    List<NamedImage> fresh = List.copyOf(images);
    images.removeIf(image -> parts.get(BY_PATIENT.groupOf(image.key()).orElseThrow()) == Part.GATE);

    Selection withoutGate =
        selector(BY_PATIENT, new ClassRule(1)).select(found(), List.of("cat", "dog"), true);

    assertThat(parts).containsValues(Part.values());
    assertThat(parts).containsAllEntriesOf(partOfEachPatient(withoutGate));
    selector(BY_PATIENT, new ClassRule(1)).keep(withoutGate, 1);
    images.clear();
    images.addAll(fresh);
    assertThat(
            partOfEachPatient(
                selector(BY_PATIENT, new ClassRule(1)).select(found(), List.of(), false)))
        .isEqualTo(parts);
  }

  /** Earlier releases stored only the parts of images. */
  @Test
  void aFileWithoutGroups_isRead() throws IOException {
    addPatients("old");
    Selector first = selector(BY_PATIENT, new ClassRule(1));
    Selection before = first.select(found(), List.of(), false);
    first.keep(before, 3);
    Path file = run.resolve("split.json");
    ObjectNode content = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    content.remove("groups");
    Files.writeString(file, content.toString());
    addPatients("new");
    Selection after = selector(BY_PATIENT, new ClassRule(1)).select(found(), List.of(), false);

    assertThat(partOfEachPatient(after)).isEqualTo(partOfEachPatient(before));
    assertThat(Selector.trainedAfter(run, Set.of(trained(before)))).hasValue(3);
  }

  private static String trained(Selection selection) {
    return selection.images().stream()
        .map(NamedImage::content)
        .filter(content -> selection.parts().get(content) == Part.TRAINING)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anotherSplitInTheSameFolder_isRefused() {
    add("cat", 40);
    add("dog", 40);
    Selector first = selector(new Split(0.2), new ClassRule(1));
    first.keep(first.select(found(), List.of(), false), 0);

    assertThatExceptionOfType(OtherSplitException.class)
        .isThrownBy(
            () -> selector(new Split(0.3), new ClassRule(1)).select(found(), List.of(), false))
        .withMessageContaining(
            "split.json divides the images with a held-out share of 0.2, not with")
        .withMessageContaining(
            "a held-out share of 0.3; use the same setting, or another run folder");
    Split grouped = new Split(0.2, Optional.of(Pattern.compile("[0-9]")));
    assertThatExceptionOfType(OtherSplitException.class)
        .isThrownBy(() -> selector(grouped, new ClassRule(1)).select(found(), List.of(), false))
        .withMessageContaining("with no groups, not with groups by '[0-9]'");
  }
}
