package dev.millrace.trainer.stream;

import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.PublishedClasses;
import dev.millrace.trainer.data.Selection;
import dev.millrace.trainer.data.Selector;
import dev.millrace.trainer.gate.GoldenCheck;
import dev.millrace.trainer.gate.GoldenFile;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Selects the classes and images of each round. Warns about everything that is left out, but does
 * not repeat a warning of the previous round. Confined to one thread.
 */
final class RoundImages {

  private final GoldenFile file;
  private final TrainingListener listener;
  private final ClassOrder order;
  private final Selector selector;
  private final Optional<Labels> fixed;
  private Optional<GoldenCheck> golden;
  private Set<String> told = Set.of();
  private Optional<String> lack = Optional.empty();

  /**
   * @param golden the check of the golden set at the start; empty if the training has none
   * @throws dev.millrace.core.training.OtherSplitException if earlier rounds divided images by
   *     another split
   */
  RoundImages(
      TrainingConfig config,
      Optional<GoldenCheck> golden,
      TrainingListener listener,
      ClassOrder order) {
    this.file = new GoldenFile(config.checkpoints().run());
    this.golden = golden;
    this.listener = listener;
    this.order = order;
    this.selector = new Selector(config.data(), config.checkpoints().run());
    this.fixed = config.data().classes().fixed();
    selector.requireSameSplit();
  }

  /** {@return whether an earlier round has divided images} */
  boolean hasDivided() {
    return selector.hasDivided();
  }

  /**
   * Checks the golden set before the first round. Fixed classes need enough images. Otherwise, one
   * image of a class of the newest version is enough, because further classes may come.
   *
   * @throws dev.millrace.core.training.TrainingException if the golden set does not fit the classes
   */
  void requireGolden() {
    golden.ifPresent(
        check -> {
          if (fixed.isPresent()) {
            check.requireEnough(fixed.get().names());
          } else {
            List<String> newest = order.newestClasses();
            if (!newest.isEmpty()) {
              check.requireKnown(newest);
            }
          }
        });
  }

  /**
   * {@return the images of a round, or empty if no round can begin} In this case, a warning gives
   * the reason.
   *
   * @param kept all labelled images
   * @throws dev.millrace.trainer.data.FailedReadException if the golden set cannot be read
   * @throws dev.millrace.core.training.TrainingException if the golden set has no image of the
   *     round's classes
   * @throws dev.millrace.trainer.data.FailedWriteException if the run's folder cannot be written
   * @throws dev.millrace.control.ConcurrentChangeException if other trainers keep changing the
   *     indices of the classes
   * @throws org.apache.kafka.common.KafkaException if the indices of the classes cannot be read or
   *     given
   */
  Optional<LabelledImages> select(ReplaySnapshot kept) {
    List<String> passedOver = new ArrayList<>();
    unreadable(kept.unreadable()).ifPresent(passedOver::add);
    PublishedClasses published = order.published(passedOver);
    Selection selection = select(kept.images(), published);
    Set<String> notes = new LinkedHashSet<>(passedOver);
    notes.addAll(selection.notes());
    published.conflict(selection.classes()).ifPresent(notes::add);
    if (selection.lack().isEmpty()) {
      golden = golden.map(GoldenCheck::again);
      golden.ifPresent(check -> notes.addAll(golden(check, selection)));
      golden.ifPresent(check -> file.keep(check, listener));
    }
    notes.stream().filter(note -> !told.contains(note)).forEach(listener::warned);
    told = notes;
    lack = selection.lack();
    if (selection.lack().isPresent()) {
      listener.warned("training is postponed until more labels arrive: " + selection.lack().get());
      return Optional.empty();
    }
    selector.keep(selection, order.newest());
    return Optional.of(selection.labelled());
  }

  /** {@return the reason why no round can begin with the images of the last selection} */
  Optional<String> lack() {
    return lack;
  }

  private static Optional<String> unreadable(List<String> reasons) {
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "left out: "
                + reasons.size()
                + " images of the replay whose files cannot be read; they stay in the replay, and"
                + " the next round reads them again. The first: "
                + reasons.get(0));
  }

  /** {@return notes about the images of the golden set that do not count, or count too much} */
  private static List<String> golden(GoldenCheck check, Selection selection) {
    List<String> classes = selection.classes();
    check.requireKnown(classes);
    return Stream.of(
            check.leftOut(classes).map(note -> note + "; the others count once they are classes"),
            check.lack(classes).map(note -> note + "; until then, hardly any version passes"),
            check.trained(selection))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Selects classes and images. New classes get their indices. */
  private Selection select(FoundImages found, PublishedClasses published) {
    Selection selection = selector.select(found, order.known(published), true);
    if (fixed.isPresent() || selection.lack().isPresent()) {
      return selection;
    }
    List<String> given = order.give(published, selection.classes());
    // Another trainer may have given an index to a class that has too few images in this training.
    return given.equals(selection.classes()) ? selection : selector.select(found, given, true);
  }
}
