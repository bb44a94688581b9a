package dev.millrace.core.training;

import dev.millrace.core.resnet.Layer;
import dev.millrace.core.resnet.ResNet;
import java.util.Locale;

/** A combination of settings that trains well on one kind of data. */
public enum Recipe {
  /**
   * He et al. (2015), section 4.2: 64,000 steps with batches of 128 images from CIFAR-10's 50,000
   * images. The number of steps depends on the number of training images. If a fifth of the images
   * is held out, there are only 51,168 steps, so hold out a smaller share to repeat the paper's
   * figures. In a network with at least 110 layers, the learning rate of the first epoch (about 400
   * steps) is a tenth of the usual rate.
   */
  CIFAR,

  /**
   * He et al., "Bag of Tricks for Image Classification" (2019), without mixup and distillation: 120
   * epochs on photographs.
   */
  IMAGENET,

  /**
   * Training of pretrained weights on photographs of new classes. The learning rate of the last
   * layer is ten times the rate of the layers before it.
   */
  FINETUNE,

  /** Training of random initial weights on a few thousand small images. */
  SMALL_DATA;

  private static final int DEEP = 110;

  /**
   * {@return the settings for the training of the weights}
   *
   * @param network the network to train
   */
  public Optimization optimization(ResNet network) {
    return switch (this) {
      case CIFAR ->
          new Optimization(
              164, 0, Sampling.DEFAULTS, cifarRate(network), Optimizer.DEFAULTS, 0, false);
      case IMAGENET ->
          new Optimization(
              120,
              0,
              new Sampling(256, false),
              new LearningRate(0.1, Schedule.COSINE, new WarmUp(5, WarmUp.Shape.LINEAR), 1),
              nesterov(1e-4, 0),
              0.1,
              true);
      case FINETUNE ->
          new Optimization(
              20,
              0,
              new Sampling(32, false),
              new LearningRate(0.02, Schedule.COSINE, new WarmUp(1, WarmUp.Shape.LINEAR), 0.1),
              nesterov(1e-4, 0),
              0.1,
              false);
      case SMALL_DATA ->
          new Optimization(
              40,
              0,
              new Sampling(128, false),
              new LearningRate(0.2, Schedule.ONE_CYCLE, WarmUp.NONE, 1),
              nesterov(5e-4, 0.99),
              0.1,
              true);
    };
  }

  private static LearningRate cifarRate(ResNet network) {
    LearningRate usual = LearningRate.DEFAULTS;
    WarmUp warmUp = depth(network) < DEEP ? WarmUp.NONE : new WarmUp(1, WarmUp.Shape.CONSTANT);
    return new LearningRate(usual.peak(), usual.schedule(), warmUp, usual.backboneFactor());
  }

  /** {@return Nesterov's momentum, without weight decay of biases and batch norms} */
  private static Optimizer nesterov(double weightDecay, double emaDecay) {
    return new Optimizer(Optimizer.Rule.NESTEROV, 0.9, weightDecay, false, 0, emaDecay);
  }

  /** {@return the random changes to the training images} */
  public Augmentation augmentation() {
    return switch (this) {
      case CIFAR -> Augmentation.DEFAULTS;
      case IMAGENET -> new Augmentation(0, 0.08, true, 0.4, false, 0, Mixing.NONE);
      case FINETUNE -> new Augmentation(0, 0.35, true, 0, false, 0, Mixing.NONE);
      case SMALL_DATA -> new Augmentation(2, 1, true, 0, false, 0.25, Mixing.NONE);
    };
  }

  /**
   * {@return the number of convolutions and fully connected layers from the image to the logits,
   * without those on shortcuts}
   */
  private static long depth(ResNet network) {
    return network.layers().stream()
            .filter(layer -> layer.kind() == Layer.Kind.CONVOLUTION)
            .filter(layer -> !layer.name().contains("downsample"))
            .count()
        + 1;
  }

  /** {@return the name in lower case, with hyphens, as the command line writes it} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
