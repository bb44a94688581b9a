package dev.millrace.trainer.stream;

import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.PublishedClasses;
import dev.millrace.trainer.data.Selection;
import dev.millrace.trainer.data.Selector;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Selects the classes and images of each round. Warns about everything that is left out, but does
 * not repeat a warning of the previous round. Confined to one thread.
 */
final class RoundImages {

  private final TrainingListener listener;
  private final ClassOrder order;
  private final Selector selector;
  private final boolean fixed;
  private Set<String> told = Set.of();

  RoundImages(TrainingConfig config, TrainingListener listener, ClassOrder order) {
    this.listener = listener;
    this.order = order;
    this.selector = new Selector(config.data(), config.checkpoints().run());
    this.fixed = config.data().classes().fixed().isPresent();
  }

  /** {@return whether an earlier round has divided images} */
  boolean hasDivided() {
    return selector.hasDivided();
  }

  /**
   * {@return the images of a round, or empty if no round can begin} In this case, a warning gives
   * the reason.
   *
   * @param found all labelled images
   * @throws dev.millrace.control.ConcurrentChangeException if other trainers keep changing the
   *     indices of the classes
   * @throws org.apache.kafka.common.KafkaException if the indices of the classes cannot be read or
   *     given
   */
  Optional<LabelledImages> select(FoundImages found) {
    PublishedClasses published = order.published();
    Selection selection = select(found, published);
    Set<String> notes = new LinkedHashSet<>(selection.notes());
    published.conflict(selection.classes()).ifPresent(notes::add);
    notes.stream().filter(note -> !told.contains(note)).forEach(listener::warned);
    told = notes;
    if (selection.lack().isPresent()) {
      listener.warned("training is postponed until more labels arrive: " + selection.lack().get());
      return Optional.empty();
    }
    selector.keep(selection, order.newest());
    return Optional.of(selection.labelled());
  }

  /** Selects classes and images. New classes get their indices. */
  private Selection select(FoundImages found, PublishedClasses published) {
    Selection selection = selector.select(found, order.known(published), true);
    if (fixed || selection.lack().isPresent()) {
      return selection;
    }
    List<String> given = order.give(published, selection.classes());
    // Another trainer may have given an index to a class that has too few images in this training.
    return given.equals(selection.classes()) ? selection : selector.select(found, given, true);
  }
}
