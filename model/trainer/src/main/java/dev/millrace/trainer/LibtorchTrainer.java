package dev.millrace.trainer;

import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.PublishedClasses;
import dev.millrace.trainer.data.Selection;
import dev.millrace.trainer.data.Selector;
import dev.millrace.trainer.gate.GoldenCheck;
import dev.millrace.trainer.gate.GoldenFile;
import dev.millrace.trainer.run.RunLock;
import dev.millrace.trainer.run.RunName;
import dev.millrace.trainer.run.TrainingRun;
import dev.millrace.trainer.run.Transfer;
import dev.millrace.trainer.stream.ReplayRemoval;
import dev.millrace.trainer.stream.StreamTraining;
import dev.millrace.trainer.torch.Bfloat16;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Trains with libtorch. A lock on the run's folder prevents a second trainer from using the folder.
 */
public final class LibtorchTrainer implements Trainer {

  private final Clock clock = Clock.systemUTC();

  /** Creates the trainer. {@link java.util.ServiceLoader} calls this constructor. */
  public LibtorchTrainer() {}

  @Override
  @SuppressWarnings("try") // the variable is never read, because the lock only has to be held
  public boolean train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop) {
    // Without these checks, a training from topics would learn of these faults only when its first
    // round begins.
    TorchNetwork.requireAvailable(config.compute().device());
    Bfloat16.warning(config.compute()).ifPresent(listener::warned);
    config.pretrained().ifPresent(start -> Transfer.requireFits(config.network(), start));
    warnOfSlowLayers(config, listener);
    Optional<GoldenCheck> golden = GoldenCheck.of(config, stop);
    golden.ifPresent(GoldenCheck::requireEnough);
    golden.ifPresent(check -> check.requireReadable(config.preprocessing(), stop));
    boolean isGolden = config.checkpoints().gate().flatMap(Gate::golden).isPresent();
    if (isGolden && golden.isEmpty()) {
      return false; // The training was stopped while the golden set was read.
    }
    try (RunLock held = RunLock.of(config.checkpoints().run())) {
      return trainLocked(config, golden, listener, stop);
    }
  }

  private boolean trainLocked(
      TrainingConfig config,
      Optional<GoldenCheck> golden,
      TrainingListener listener,
      BooleanSupplier stop) {
    if (config.data() instanceof TrainingData.Folder data) {
      return images(config, data, golden, listener, stop)
          .flatMap(
              images ->
                  new TrainingRun(config, images, listener, stop, System::nanoTime)
                      .run(RunName.unique(clock.instant())))
          .isPresent();
    }
    new StreamTraining(config, (TrainingData.Topics) config.data(), golden, listener, stop).run();
    return false; // A training from topics has no last step.
  }

  /**
   * Warns if a training from a folder starts from random weights, and layers learn at a lower rate.
   * A later round of a training from topics starts from earlier weights.
   */
  private static void warnOfSlowLayers(TrainingConfig config, TrainingListener listener) {
    double factor = config.optimization().learningRate().backboneFactor();
    if (factor < 1
        && config.pretrained().isEmpty()
        && config.data() instanceof TrainingData.Folder) {
      listener.warned(
          "all layers start with random weights, but the layers before the last one learn at "
              + factor
              + " of the learning rate, which is probably too slow; start from the weights of a"
              + " version or a file, or let all layers learn at the same rate");
    }
  }

  @Override
  public Optional<ForgottenImage> forget(
      Path run, Path replay, String key, Consumer<ForgottenImage> before) {
    return ReplayRemoval.of(run, replay, key, before);
  }

  /** {@return the images; empty if the training was stopped before all of them were read} */
  private static Optional<LabelledImages> images(
      TrainingConfig config,
      TrainingData.Folder data,
      Optional<GoldenCheck> golden,
      TrainingListener listener,
      BooleanSupplier stop) {
    Optional<FoundImages> found = FolderImages.find(data.folder(), stop);
    return found.map(images -> selected(config, data, images, golden, listener));
  }

  private static LabelledImages selected(
      TrainingConfig config,
      TrainingData.Folder data,
      FoundImages found,
      Optional<GoldenCheck> golden,
      TrainingListener listener) {
    Checkpoints checkpoints = config.checkpoints();
    PublishedClasses published = PublishedClasses.of(checkpoints.repository(), checkpoints.model());
    Selector selector = new Selector(data, checkpoints.run());
    // A folder without any published class is for another task, such as a transfer to new classes.
    boolean isSameTask = !Collections.disjoint(found.names(), published.names());
    Selection selection = selector.select(found, published.names(), isSameTask);
    if (selection.lack().isPresent()) {
      throw new TrainingException(
          Stream.concat(selection.lack().stream(), selection.notes().stream())
              .collect(Collectors.joining("; ")));
    }
    golden.ifPresent(check -> check.requireEnough(selection.classes()));
    golden.ifPresent(check -> new GoldenFile(checkpoints.run()).keep(check, listener));
    selection.notes().forEach(listener::warned);
    golden.flatMap(check -> check.leftOut(selection.classes())).ifPresent(listener::warned);
    golden.flatMap(check -> check.trained(selection)).ifPresent(listener::warned);
    published.conflict(selection.classes()).ifPresent(listener::warned);
    selector.keep(selection, published.version());
    return selection.labelled();
  }
}
