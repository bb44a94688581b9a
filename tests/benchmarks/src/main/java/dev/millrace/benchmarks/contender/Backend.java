package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;

/** A runtime that runs the model, and a decoder for the model's input images. */
public enum Backend {
  /** ONNX Runtime, as in the service. */
  ONNX {
    @Override
    public ModelRuntime runtime() {
      return new OnnxModelRuntime();
    }
  },

  /**
   * ONNX Runtime, with a decoder for the JSON events of the benchmark Crayfish. The contender
   * {@code CRAYFISH} reads such events, too.
   */
  POINTS {
    @Override
    public ModelRuntime runtime() {
      return new OnnxModelRuntime();
    }

    @Override
    public ImageDecoder decoder() {
      return new PointDecoder();
    }

    @Override
    Backend practising() {
      return this;
    }
  },

  /** ONNX Runtime with TF32 turned off, so that GPUs do not round float32 values to fewer bits. */
  ONNX_WITHOUT_TF32 {
    @Override
    public ModelRuntime runtime() {
      return OnnxModelRuntime.withoutTf32();
    }
  },

  /** A simulated device that uses no core; see {@link SimulatedAccelerator}. */
  ACCELERATOR {
    @Override
    public ModelRuntime runtime() {
      return SimulatedAccelerator.fast(System.nanoTime());
    }
  },

  /** A simulated device that uses no core and classifies 40 images per second. */
  SLOW_ACCELERATOR {
    @Override
    public ModelRuntime runtime() {
      return SimulatedAccelerator.slow(System.nanoTime());
    }
  },

  /** A model that returns a constant answer for every image. Images are decoded. */
  DECODING {
    @Override
    public ModelRuntime runtime() {
      return (version, device) -> new ConstantSession(version);
    }
  },

  /** A model that returns a constant answer for every image. Images are not decoded. */
  CONSTANT {
    @Override
    public ModelRuntime runtime() {
      return (version, device) -> new ConstantSession(version);
    }

    @Override
    public ImageDecoder decoder() {
      return new NoDecoder();
    }

    @Override
    Backend practising() {
      return this;
    }
  };

  /** Creates a runtime that opens model versions. */
  public abstract ModelRuntime runtime();

  /** Returns whether ONNX Runtime runs the model in this process. */
  boolean isOnnx() {
    return this == ONNX || this == POINTS;
  }

  /**
   * Returns the backend with which a contender practises. This is usually {@link #DECODING},
   * because its model takes no time, which makes the practice short. Backends that read other
   * events or do not decode practise with themselves.
   */
  Backend practising() {
    return DECODING;
  }

  /** Returns whether the model runs on a simulated device. */
  boolean isSimulated() {
    return this == ACCELERATOR || this == SLOW_ACCELERATOR;
  }

  /** Creates a decoder for one thread. */
  public ImageDecoder decoder() {
    return new OpenCvImageDecoder(ImageLimits.DEFAULT);
  }
}
