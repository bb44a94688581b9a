package dev.millrace.core.training;

/** The learning rate over the steps of a training, as a factor of the peak learning rate. */
public enum Schedule {
  /**
   * The peak at first, one tenth of the peak after half of the steps, and one hundredth of the peak
   * after three quarters of the steps. In He et al. (2015), section 4.2, the rate drops at steps
   * 32,000 and 48,000 of 64,000.
   */
  STEP {
    @Override
    public double factor(double progress) {
      return progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01;
    }
  },

  /** Half a cosine from the peak to 0: Loshchilov and Hutter, "SGDR" (2017), without restarts. */
  COSINE {
    @Override
    public double factor(double progress) {
      return between(1, 0, progress);
    }
  },

  /**
   * Rises from 1/25 of the peak to the peak in the first 30 % of the steps, then falls to 1/250,000
   * of the peak. The rise and the fall each follow half a cosine: Smith and Topin,
   * "Super-Convergence" (2018), with the default values of PyTorch's {@code OneCycleLR}.
   */
  ONE_CYCLE {
    @Override
    public double factor(double progress) {
      return progress < RISE
          ? between(1 / START, 1, progress / RISE)
          : between(1, 1 / (START * END), (progress - RISE) / (1 - RISE));
    }
  };

  private static final double RISE = 0.3;
  private static final double START = 25;
  private static final double END = 1e4;

  /**
   * {@return the factor to multiply the peak learning rate by}
   *
   * @param progress share of all steps that are done, from 0 to 1
   */
  public abstract double factor(double progress);

  private static double between(double from, double to, double progress) {
    return to + (from - to) * (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
