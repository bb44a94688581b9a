package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.gate.BaseChampion;
import dev.millrace.trainer.torch.TorchMemory;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One training on a fixed set of images. The training starts from initial or pretrained weights.
 * For each batch of each epoch, the training computes the forward pass, the cross-entropy and the
 * backward pass. Then the optimiser does one step. See He et al., "Deep Residual Learning for Image
 * Recognition" (2015).
 *
 * <p>The configuration and the images determine the result. The saved state consists of the
 * weights, the optimiser's state and the number of the next batch. The state is saved every 30 s,
 * after every checkpoint, after the last epoch, and when the run is stopped. Confined to one
 * thread.
 */
public final class TrainingRun {

  /**
   * Number of images on which the network is tested before it is exported. All probabilities must
   * be finite.
   */
  private static final int PROBED = 64;

  /** The largest number of images for the statistics of folded batch norms. */
  private static final int FOR_FOLDED_NORMS = 64;

  /** The largest length of a list of classes in a message. */
  private static final int SHOWN_CHARACTERS = 300;

  private static final long SAVE_NANOS = Duration.ofSeconds(30).toNanos();

  private final TrainingConfig config;
  private final ResNet network;
  private final LabelledImages labelled;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final LongSupplier nanoTime;
  private final RunFolder<RunState> folder;

  private final BestEpochs best;
  private RunProgress progress;
  private Lineage lineage;
  private long savedAt;
  private long exportedAt;

  /**
   * Creates a run, or resumes the run in the folder.
   *
   * @param config the configuration
   * @param labelled the images
   * @param listener receives the run's events, on the thread that calls {@link #run}
   * @param stop called before each image is decoded and before each step; if it returns true, the
   *     run stops
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   * @throws TrainingException if the run's folder cannot be used
   */
  public TrainingRun(
      TrainingConfig config,
      LabelledImages labelled,
      TrainingListener listener,
      BooleanSupplier stop,
      LongSupplier nanoTime) {
    this.config = config;
    this.network = config.network().withClasses(labelled.labels().size());
    this.labelled = labelled;
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
    this.folder = new RunFolder<>(config.checkpoints().run(), RunState.class);
    this.best = new BestEpochs(kept(config), config.optimization().patience());
  }

  /**
   * {@return the number of best epochs to keep} With a gate, this number is 0, because the last
   * epoch is published.
   */
  private static int kept(TrainingConfig config) {
    return config.checkpoints().gate().isPresent() ? 0 : config.checkpoints().keep();
  }

  /**
   * Trains until the last step, or until {@code stop} returns true.
   *
   * @param name the run's name if it is a new run; a resumed run keeps its name
   * @return the weights that were published last, or empty if the run was stopped
   * @throws TrainingException if the run cannot begin or continue
   */
  public Optional<Weights> run(String name) {
    return run(name, Optional.empty());
  }

  /**
   * Trains, as {@link #run(String)} does, for a caller that has already read the champion.
   *
   * @param name the run's name if it is a new run; a resumed run keeps its name
   * @param base the champion; if empty, the gate reads it
   * @return the weights that were published last, or empty if the run was stopped
   * @throws TrainingException if the run cannot begin or continue
   */
  public Optional<Weights> run(String name, Optional<BaseChampion> base) {
    return TorchMemory.explained(() -> train(name, base));
  }

  private Optional<Weights> train(String name, Optional<BaseChampion> base) {
    Optional<RunState> before = folder.state().filter(state -> !state.finished());
    before.ifPresent(this::requireSameOptions);
    Optional<TrainingImages> decoded = TrainingImages.of(labelled, config, stop, listener::warned);
    if (decoded.isEmpty()) {
      return Optional.empty();
    }
    try (TrainingImages images = decoded.get();
        CheckpointWriter checkpoints =
            CheckpointWriter.of(config, network, images, listener, patience(), nanoTime);
        TorchNetwork trained = network()) {
      progress = new RunProgress(name, config.compute().threads(), before);
      lineage = Lineages.of(config, labelled, progress);
      listener.prepared(lineage);
      warnOfUnnamedRows();
      if (before.isEmpty()) {
        restoreFoldedNorms(trained, images);
      }
      int batches = images.training().batches();
      before.ifPresent(
          state -> {
            Map<String, Weights> tensors = folder.tensors(state);
            trained.restore(tensors, (long) state.epoch() * batches + state.batch());
            best.restore(tensors);
          });
      listener.began(
          progress.run(),
          images.training().size(),
          images.gate().size() + images.report().size(),
          (long) progress.epoch() * batches + progress.batch(),
          (long) config.optimization().epochs() * batches);
      checkpoints.begin(base);
      savedAt = nanoTime.getAsLong();
      exportedAt = savedAt;
      while (progress.epoch() < config.optimization().epochs()
          && !best.isOver(progress.history())) {
        if (!epoch(trained, images, checkpoints)) {
          save(trained, false);
          return Optional.empty();
        }
      }
      save(trained, false);
      if (!publish(trained, images, checkpoints)) {
        return Optional.empty();
      }
      save(trained, true);
      return Optional.of(trained.weights());
    }
  }

  /**
   * {@return the patience with a repository that does not work} A training from a folder has none,
   * because it ends with an error and publishes when it is resumed. A training from topics cannot
   * resume a round.
   */
  private Optional<Patience> patience() {
    return config.data() instanceof TrainingData.Topics
        ? Optional.of(new Patience(listener, stop, nanoTime))
        : Optional.empty();
  }

  private void warnOfUnnamedRows() {
    config
        .pretrained()
        .filter(start -> Transfer.keepsUnnamedRows(network, start))
        .ifPresent(
            start -> {
              List<String> classes = labelled.labels().names();
              listener.warned(
                  start.origin()
                      + " does not name its classes, and has as many as the images; its last layer"
                      + " is kept, and its rows become the classes from "
                      + classes.get(0)
                      + " to "
                      + classes.get(classes.size() - 1)
                      + ". If its classes have another order, give a file of classes in its order");
            });
  }

  /** Prepares weights from a file for training steps; see {@link TorchNetwork}. */
  private void restoreFoldedNorms(TorchNetwork trained, TrainingImages images) {
    config
        .pretrained()
        .ifPresent(
            start -> {
              MiniBatch batch = images.statistics().first(FOR_FOLDED_NORMS);
              int restored = trained.restoreFoldedNorms(batch);
              if (restored > 0) {
                listener.warned(
                    start.origin()
                        + " has "
                        + restored
                        + " batch norms whose statistics an exporter folded into weight and bias"
                        + " (mean 0, variance 1); they are restored from "
                        + batch.size()
                        + " training images, and the network's answers stay the same");
              }
            });
  }

  private TorchNetwork network() {
    Weights start =
        config
            .pretrained()
            .map(from -> Transfer.to(network, from, labelled.labels().names(), config.seed()))
            .orElseGet(this::initial);
    return new TorchNetwork(
        network,
        start,
        config.pretrained().map(from -> from.freeze()).orElse(List.of()),
        config.optimization(),
        config.preprocessing(),
        config.compute());
  }

  private Weights initial() {
    return config.optimization().zeroInit()
        ? HeInitialization.ofIdentities(network, config.seed())
        : HeInitialization.of(network, config.seed());
  }

  private void requireSameOptions(RunState state) {
    RunOptions.of(config, labelled)
        .forEach(
            (key, value) -> {
              String before = RunOptions.before(state.options(), key, value);
              if (!value.equals(before)) {
                throw key.equals(RunOptions.CLASSES)
                    ? OtherOptionsException.ofClasses(
                        folder.toString(), shortened(before), shortened(value))
                    : new OtherOptionsException(folder.toString(), key, before, value);
              }
            });
  }

  private static String shortened(String classes) {
    return classes.length() <= SHOWN_CHARACTERS
        ? classes
        : classes.substring(0, SHOWN_CHARACTERS) + "…";
  }

  /**
   * Runs the current epoch from its next batch to its end. Returns false if the run was stopped.
   */
  private boolean epoch(TorchNetwork trained, TrainingImages images, CheckpointWriter checkpoints) {
    Optimization optimization = config.optimization();
    int batches = images.training().batches();
    long steps = (long) optimization.epochs() * batches;
    long start = nanoTime.getAsLong();
    int first = progress.batch();
    double rate = 0;
    while (progress.batch() < batches) {
      if (stop.getAsBoolean()) {
        return false;
      }
      saveAndExport(trained, images, checkpoints);
      long done = (long) progress.epoch() * batches + progress.batch();
      rate = optimization.rateAt(done, steps);
      MiniBatch current = images.training().batch(progress.epoch(), progress.batch());
      TorchNetwork.Step step = trained.step(current, rate);
      if (!Double.isFinite(step.loss())) {
        throw new DivergedException(
            done + 1, step.loss(), optimization.learningRate().peak(), folder.toString());
      }
      progress.stepped(step);
      listener.stepped(done + 1, current.size(), step.loss());
    }
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    int batchSize = images.training().batchSize();
    estimateStatistics(trained, images);
    Figures heldOut = HeldOut.of(trained::probabilities, images.gate(), network.classes());
    if (!Double.isFinite(heldOut.logLoss().value())) {
      throw diverged(images);
    }
    EpochReport report =
        progress.endEpoch(
            rate, batches * batchSize, heldOut, (batches - first) * batchSize / seconds);
    listener.epochEnded(report);
    best.ended(progress.history(), trained::weights);
    return true;
  }

  private void saveAndExport(
      TorchNetwork trained, TrainingImages images, CheckpointWriter checkpoints) {
    long now = nanoTime.getAsLong();
    if (now - savedAt >= SAVE_NANOS) {
      save(trained, false);
    }
    boolean due =
        config
            .checkpoints()
            .every()
            .map(every -> now - exportedAt >= every.toNanos())
            .orElse(false);
    if (due || folder.isDemanded()) {
      estimateStatistics(trained, images);
      var unused = export(trained, images, checkpoints); // if it was stopped, so is the next step
      save(trained, false);
    }
  }

  /**
   * Estimates the batch norms' statistics anew, because the statistics from the last steps belong
   * to older weights.
   */
  private static void estimateStatistics(TorchNetwork trained, TrainingImages images) {
    int[] done = new int[1];
    images
        .statistics()
        .forEachBatch(
            batch -> {
              if (batch.size() >= Sampling.LEAST) { // One image has no variance.
                trained.estimateStatistics(batch, done[0]);
              }
              done[0] += batch.size();
            });
  }

  /**
   * Publishes the best epochs. With a gate, or if the state holds the weights of no epoch,
   * publishes the last epoch instead. If the process is killed during this method, the resumed run
   * publishes the epochs again. Returns false if the run was stopped while the repository did not
   * work.
   */
  private boolean publish(
      TorchNetwork trained, TrainingImages images, CheckpointWriter checkpoints) {
    List<BestEpochs.Epoch> epochs = best.best(progress.history());
    if ((folder.isDemanded() || epochs.isEmpty()) && !export(trained, images, checkpoints)) {
      return false;
    }
    if (epochs.size() < Math.min(kept(config), progress.history().size())) {
      listener.warned(
          "the run's state holds the weights of only "
              + epochs.size()
              + " epochs, because the run began with a smaller number of epochs to keep, with promotion,"
              + " or in an earlier release; "
              + (epochs.isEmpty() ? "the last epoch is published" : "no others are published"));
    }
    for (BestEpochs.Epoch epoch : epochs) {
      trained.serve(epoch.weights());
      boolean isPublished =
          checkpoints.write(
              epoch.weights(),
              trained::probabilities,
              progress.run(),
              RunProgress.metrics(epoch.report()),
              false, // with a gate, no epoch is chosen
              lineage.after(epoch.report().epoch(), 0));
      if (!isPublished) {
        return false;
      }
    }
    return true;
  }

  /** Publishes the current weights. Returns false if the run was stopped first. */
  private boolean export(
      TorchNetwork trained, TrainingImages images, CheckpointWriter checkpoints) {
    if (!isFinite(trained.probabilities(images.gate().first(PROBED)))) {
      throw diverged(images);
    }
    boolean isPublished =
        checkpoints.write(
            trained.weights(),
            trained::probabilities,
            progress.run(),
            progress.metrics(),
            isJudged(),
            lineage.after(progress.epoch(), progress.batch()));
    exportedAt = nanoTime.getAsLong();
    if (isPublished) {
      folder.endDemand();
    }
    return isPublished;
  }

  /**
   * {@return whether the gate judges the current checkpoint} In a training from topics, the gate
   * judges only the last checkpoint of a round, because every comparison uses up a part of the
   * gate's significance level.
   */
  private boolean isJudged() {
    return config.data() instanceof TrainingData.Folder
        || progress.epoch() == config.optimization().epochs();
  }

  private static boolean isFinite(FloatBuffer answers) {
    return IntStream.range(0, answers.limit()).allMatch(i -> Float.isFinite(answers.get(i)));
  }

  /**
   * Returns the exception for probabilities that are not finite. This exception is needed because
   * no later step shows that the last step diverged.
   */
  private DivergedException diverged(TrainingImages images) {
    long steps = (long) progress.epoch() * images.training().batches() + progress.batch();
    return DivergedException.ofAnswers(
        steps, config.optimization().learningRate().peak(), folder.toString());
  }

  private void save(TorchNetwork trained, boolean finished) {
    Map<String, Weights> tensors = trained.state();
    best.addTo(tensors);
    folder.save(progress.state(RunOptions.of(config, labelled), finished), tensors);
    if (!progress.history().isEmpty()) {
      folder.draw(Curve.of(network + ", " + progress.run(), progress.history()));
    }
    savedAt = nanoTime.getAsLong();
  }
}
