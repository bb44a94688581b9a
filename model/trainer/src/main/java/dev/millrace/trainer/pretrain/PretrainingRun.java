package dev.millrace.trainer.pretrain;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.training.CollapsedException;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.run.RunFolder;
import dev.millrace.trainer.torch.SimSiamNetwork;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One pre-training on a fixed set of images, with SimSiam: Chen and He, "Exploring Simple Siamese
 * Representation Learning" (2021). After each epoch, the encoder's file is replaced, and then the
 * state is saved. The state is also saved when the run is stopped. Confined to one thread.
 */
public final class PretrainingRun {

  private final PretrainingConfig config;
  private final UnlabelledImages images;
  private final PretrainingListener listener;
  private final BooleanSupplier stop;
  private final LongSupplier nanoTime;
  private final RunFolder<PretrainingState> folder;
  private final EncoderWriter writer;
  private PretrainingState state;

  /**
   * Creates a run, or resumes the run in the folder.
   *
   * @param config the configuration
   * @param images the images
   * @param listener receives the run's events, on the thread that calls {@link #run}
   * @param stop called before each image is decoded and before each step; if it returns true, the
   *     run stops
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   * @throws TrainingException if the run's folder cannot be used
   */
  public PretrainingRun(
      PretrainingConfig config,
      UnlabelledImages images,
      PretrainingListener listener,
      BooleanSupplier stop,
      LongSupplier nanoTime) {
    this.config = config;
    this.images = images;
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
    this.folder = new RunFolder<>(config.run(), PretrainingState.class);
    this.writer = new EncoderWriter(config, images);
  }

  /**
   * Trains until the last step, or until {@code stop} returns true. If the run in the folder is
   * already complete, writes the encoder's file again.
   *
   * @param name the run's name if it is a new run; a resumed run keeps its name
   * @return true if the last step is done; false if the run was stopped before
   * @throws TrainingException if the run cannot begin or continue
   */
  public boolean run(String name) {
    Optional<PretrainingState> before = folder.state();
    before.ifPresent(this::requireSameOptions);
    state = before.orElseGet(() -> PretrainingState.initial(name, writer.options()));
    Optional<PretrainingSet> decoded = PretrainingSet.of(images, config, listener, stop);
    if (decoded.isEmpty()) {
      return false;
    }
    try (PretrainingSet set = decoded.get();
        SimSiamNetwork network = network()) {
      int batches = set.pairs().batches();
      before.ifPresent(saved -> network.restore(folder.tensors(saved), done(batches)));
      if (set.judge().isEmpty()) {
        listener.warned(
            "the accuracy of the nearest neighbours is left out, because the images have no"
                + " classes; it needs images in at least two subfolders, one per class");
      }
      listener.began(
          state.run(),
          set.size(),
          set.judge().map(FeatureJudge::size).orElse(0),
          done(batches),
          (long) config.optimization().epochs() * batches);
      if (before.isEmpty() && set.judge().isPresent()) {
        FeatureJudge judge = set.judge().get();
        estimateStatistics(network, set);
        listener.untrained(judge.judge(network::features), judge.size());
      }
      if (state.epoch() == config.optimization().epochs()) {
        write(network);
      }
      while (state.epoch() < config.optimization().epochs()) {
        if (!epoch(network, set)) {
          folder.save(state, network.state());
          return false;
        }
      }
      return true;
    }
  }

  private long done(int batches) {
    return (long) state.epoch() * batches + state.batch();
  }

  private SimSiamNetwork network() {
    Weights all = HeInitialization.of(config.network(), config.seed());
    Map<String, WeightTensor> initial = new LinkedHashMap<>();
    Encoder.parameters(config.network())
        .forEach(parameter -> initial.put(parameter.name(), all.get(parameter.name())));
    return new SimSiamNetwork(
        config.network(),
        config.simSiam(),
        config.optimization(),
        config.seed(),
        config.preprocessing(),
        config.device(),
        config.threads(),
        new Weights(initial));
  }

  private void requireSameOptions(PretrainingState saved) {
    writer
        .options()
        .forEach(
            (key, value) -> {
              String before = saved.options().get(key);
              if (!value.equals(before)) {
                throw new OtherOptionsException(folder.toString(), key, before, value);
              }
            });
  }

  /**
   * Runs the current epoch from its next batch to its end. Returns false if the run was stopped.
   */
  private boolean epoch(SimSiamNetwork network, PretrainingSet set) {
    Optimization optimization = config.optimization();
    int batches = set.pairs().batches();
    int batchSize = set.pairs().batchSize();
    int first = state.batch();
    long start = nanoTime.getAsLong();
    double rate = 0;
    while (state.batch() < batches) {
      if (stop.getAsBoolean()) {
        return false;
      }
      long done = done(batches);
      rate = optimization.rateAt(done, (long) optimization.epochs() * batches);
      MiniBatch[] views = set.pairs().batch(state.epoch(), state.batch());
      SimSiamNetwork.Step step = network.step(views[0], views[1], rate);
      if (!Double.isFinite(step.loss())) {
        throw new DivergedException(
            done + 1, step.loss(), optimization.learningRate().peak(), folder.toString());
      }
      state = state.stepped(step.loss(), Spread.of(step.outputs(), config.simSiam().width()));
      listener.stepped(done + 1, batchSize, step.loss());
    }
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    requireSpread(state.spreadSum() / batches);
    estimateStatistics(network, set);
    PretrainingReport report =
        new PretrainingReport(
            state.epoch() + 1,
            rate,
            state.lossSum() / batches,
            state.spreadSum() / batches,
            set.judge().map(judge -> judge.judge(network::features)).orElse(null),
            set.judge().map(FeatureJudge::size).orElse(0),
            (batches - first) * batchSize / seconds);
    state = state.ended(report);
    listener.epochEnded(report);
    write(network);
    folder.save(state, network.state());
    return true;
  }

  private void requireSpread(double spread) {
    if (spread < Spread.COLLAPSED) {
      throw new CollapsedException(state.epoch() + 1, spread, folder.toString());
    }
    if (spread < Spread.LOW) {
      listener.warned(
          String.format(
              Locale.ROOT,
              "the outputs are spread only to %.2f, and below %.1f the training has collapsed; if the"
                  + " spread falls further, start again with a lower learning rate or a larger batch"
                  + " size",
              spread,
              Spread.COLLAPSED));
    }
  }

  /**
   * Estimates the batch norms' statistics from whole images. The statistics from the training steps
   * belong to views and to older weights.
   */
  private static void estimateStatistics(SimSiamNetwork network, PretrainingSet set) {
    int[] done = new int[1];
    set.statistics()
        .forEachBatch(
            batch -> {
              if (done[0] == 0 || batch.size() > 1) { // One image has no variance.
                network.estimateStatistics(batch, done[0]);
              }
              done[0] += batch.size();
            });
  }

  private void write(SimSiamNetwork network) {
    writer.write(network.encoder(), state.last());
    listener.written(config.output(), state.epoch());
  }
}
