package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;

/** What runs the model, and what decodes for it. */
public enum EngineKind {
  /** ONNX Runtime: the real thing. */
  ONNX {
    @Override
    ModelRuntime runtime() {
      return new OnnxModelRuntime();
    }
  },

  /** The same, on GPUs with float32 that is not rounded to TF32. */
  ONNX_WITHOUT_TF32 {
    @Override
    ModelRuntime runtime() {
      return OnnxModelRuntime.withoutTf32();
    }
  },

  /** A device that computes elsewhere; see {@link SimulatedAccelerator}. */
  ACCELERATOR {
    @Override
    ModelRuntime runtime() {
      return new SimulatedAccelerator();
    }
  },

  /** A model that always says the same, of images that nobody decodes. */
  CONSTANT {
    @Override
    ModelRuntime runtime() {
      return (version, device) -> new ConstantSession(version);
    }

    @Override
    ImageDecoder decoder() {
      return new NoDecoder();
    }
  };

  abstract ModelRuntime runtime();

  ImageDecoder decoder() {
    return new OpenCvImageDecoder(ImageLimits.DEFAULT);
  }
}
