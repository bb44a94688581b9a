package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;

/** What runs the model, and what decodes for it. */
public enum Backend {
  /** ONNX Runtime: the real thing. */
  ONNX {
    @Override
    public ModelRuntime runtime() {
      return new OnnxModelRuntime();
    }
  },

  /** The same, on GPUs with float32 that is not rounded to TF32. */
  ONNX_WITHOUT_TF32 {
    @Override
    public ModelRuntime runtime() {
      return OnnxModelRuntime.withoutTf32();
    }
  },

  /** A device that computes elsewhere; see {@link SimulatedAccelerator}. */
  ACCELERATOR {
    @Override
    public ModelRuntime runtime() {
      return new SimulatedAccelerator();
    }
  },

  /** A model that always says the same, of images that are decoded all the same. */
  DECODING {
    @Override
    public ModelRuntime runtime() {
      return (version, device) -> new ConstantSession(version);
    }
  },

  /** A model that always says the same, of images that nobody decodes. */
  CONSTANT {
    @Override
    public ModelRuntime runtime() {
      return (version, device) -> new ConstantSession(version);
    }

    @Override
    public ImageDecoder decoder() {
      return new NoDecoder();
    }
  };

  /** Opens versions on it. */
  public abstract ModelRuntime runtime();

  /** Makes a decoder for one thread. */
  public ImageDecoder decoder() {
    return new OpenCvImageDecoder(ImageLimits.DEFAULT);
  }
}
