package com.example.backend;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.ScoreProgram;

/**
 * Passes everything on to another backend and counts its kernels. Memory is the other one's own:
 * msrnn never looks inside a buffer, so it goes through as it is.
 */
final class CountingBackend implements Backend {
  private final Backend other;
  private final Kernels kernels;
  private final Map<String, LongAdder> calls = new ConcurrentSkipListMap<>();
  private final PrintStream table;

  CountingBackend(Backend other, PrintStream table) {
    this.other = other;
    this.table = table;
    this.kernels =
        (Kernels)
            Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, kernel, arguments) -> count(kernel, arguments));
  }

  /** Fused kernels count once: the other backend decides what they are made of. */
  private Object count(Method kernel, Object[] arguments) throws Throwable {
    calls.computeIfAbsent(kernel.getName(), name -> new LongAdder()).increment();
    try {
      return kernel.invoke(other.kernels(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** How often a kernel was called. */
  long calls(String kernel) {
    LongAdder count = calls.get(kernel);
    return count == null ? 0 : count.sum();
  }

  @Override
  public String description() {
    return "counting " + other.description();
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return other.upload(tensor);
  }

  @Override
  public boolean roundsInputs(TensorType type) {
    return other.roundsInputs(type);
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return other.allocate(rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return other.allocateKv(heads, headSize, capacity, type);
  }

  @Override
  public ProgramSlots programSlots(ScoreProgram program, KvBuffer kv) {
    return other.programSlots(program, kv);
  }

  @Override
  public long room() {
    return other.room();
  }

  @Override
  public void close() {
    other.close();
    table.printf("%-12s %12s%n", "kernel", "calls");
    calls.forEach((kernel, count) -> table.printf("%-12s %,12d%n", kernel, count.sum()));
  }
}
