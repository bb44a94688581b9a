package dev.millrace.service.command.train;

import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.TrainingConfig;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The training method as options of the command line, so that a user can copy and change it. */
final class WrittenRecipe {

  private WrittenRecipe() {}

  /** {@return the options for the optimization, the optimiser and the augmentation} */
  static List<String> of(TrainingConfig config) {
    return Stream.of(
            of(config.optimization()),
            of(config.optimization().optimizer()),
            of(config.augmentation()))
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> of(Optimization optimization) {
    LearningRate rate = optimization.learningRate();
    return List.of(
        "--epochs=" + optimization.epochs(),
        "--patience=" + optimization.patience(),
        "--batch-size=" + optimization.batchSize(),
        toggle("balance", optimization.sampling().balanced()),
        "--learning-rate=" + number(rate.peak()),
        "--schedule=" + name(rate.schedule()),
        "--warm-up=" + number(rate.warmUp().epochs()),
        "--warm-up-shape=" + name(rate.warmUp().shape()),
        "--backbone-rate=" + number(rate.backboneFactor()),
        "--label-smoothing=" + number(optimization.labelSmoothing()),
        toggle("zero-init", optimization.zeroInit()));
  }

  private static List<String> of(Optimizer optimizer) {
    return List.of(
        "--optimizer=" + name(optimizer.rule()),
        "--momentum=" + number(optimizer.momentum()),
        "--weight-decay=" + number(optimizer.weightDecay()),
        toggle("decay-norms", optimizer.decayNorms()),
        "--clip-norm=" + number(optimizer.clipNorm()),
        "--ema-decay=" + number(optimizer.emaDecay()));
  }

  private static List<String> of(Augmentation augmentation) {
    return List.of(
        "--crop-padding=" + augmentation.cropPadding(),
        "--crop-area=" + number(augmentation.cropArea()),
        toggle("flip", augmentation.flip()),
        "--color-jitter=" + number(augmentation.colorJitter()),
        toggle("trivial-augment", augmentation.trivialAugment()),
        "--erasing=" + number(augmentation.erasing()),
        "--mixup=" + number(augmentation.mixing().mixup()),
        "--cutmix=" + number(augmentation.mixing().cutMix()));
  }

  private static String toggle(String option, boolean on) {
    return (on ? "--" : "--no-") + option;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
