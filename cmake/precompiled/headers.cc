// Nothing of its own: CMake makes a target's precompiled headers only beside a source that reads them.
