package dev.millrace.streams;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * An event of the JDK Flight Recorder for a swap to another version, or for an attempt to swap that
 * failed.
 */
@Name("dev.millrace.Swap")
@Label("Swap")
@Category("Millrace")
@Description("A version that was loaded and warmed up to serve in place of another")
@StackTrace(false)
final class SwapEvent extends Event {

  @Label("Model")
  String model;

  @Label("Version")
  int version;

  @Label("Previous Version")
  @Description("The version that served before; 0 if none did")
  int previous;

  @Label("Outcome")
  @Description("swapped, or rejected: the previous version then keeps serving")
  String outcome;

  @Label("Reason")
  @Description("Why the version was rejected")
  String reason;
}
