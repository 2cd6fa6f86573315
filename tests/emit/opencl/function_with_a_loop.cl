#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

static bool poll(global uchar *frame, long iterations) {
    global long *const left = (global long *)(frame + 72);
    *left -= iterations;
    return *left < 0;
}


static double f_v_horner_0(global uchar *v_frame, double v_x, global uchar *g0, global uchar *g1) {
    double v_s = 0;
    long v_s_kind = 0;
    long v_c_n0 = 0;
    long v_k = 0;
    long v_k_1 = 0;
    double v_tmp = 0;
    bool v_bad = 0;
    global uchar *v_c = 0;
    double v_tmp_1 = 0;
    double v_tmp_2 = 0;
    double v_vreturn = 0;
    long v_return_kind = 0;
    v_c = g1 + as_long(*(global ulong *)(v_frame + 120l));
    v_c_n0 = as_long(*(global ulong *)(v_frame + 128l));
    v_s = 0.0;
    v_s_kind = 1l;
    const long end2 = v_c_n0;
    for (long at1 = 0l; at1 < end2; at1 += 1) {
        v_k = at1;
        v_tmp = (v_s * v_x);
        v_bad = (v_bad | (((v_tmp != v_tmp) ? ((v_s == v_s) ? (v_x == v_x) : false) : false) ? true : ((fabs(v_tmp) == as_double(0x7ff0000000000000ul)) ? ((fabs(v_s) < as_double(0x7ff0000000000000ul)) ? (fabs(v_x) < as_double(0x7ff0000000000000ul)) : false) : false)));
        v_tmp_1 = as_double(*(global ulong *)(v_c + (v_k * 8l)));
        v_tmp_2 = (v_tmp + v_tmp_1);
        v_bad = (v_bad | (((v_tmp_2 != v_tmp_2) ? ((v_tmp == v_tmp) ? (v_tmp_1 == v_tmp_1) : false) : false) ? true : ((fabs(v_tmp_2) == as_double(0x7ff0000000000000ul)) ? ((fabs(v_tmp) < as_double(0x7ff0000000000000ul)) ? (fabs(v_tmp_1) < as_double(0x7ff0000000000000ul)) : false) : false)));
        v_s = v_tmp_2;
    }
    if ((0l < v_c_n0)) {
        v_k_1 = (v_c_n0 - 1l);
        v_s_kind = 0l;
    }
    v_vreturn = v_s;
    v_return_kind = ((v_s_kind == 0l) ? 0l : 1l);
    *(global ulong *)(v_frame + 32l) = (ulong)v_return_kind;
    if (v_bad) {
        *(global ulong *)(v_frame + 24l) = (ulong)(-1l);
        return 0.0;
    }
    return v_vreturn;
}

static long f_v_kernel(global uchar *v_frame, global uchar *g0, global uchar *g1) {
    long v_a_n0 = 0;
    long v_low = 0;
    long v_high = 0;
    long v_trip = 0;
    long v_k = 0;
    long v_i = 0;
    long v_i_assigned = 0;
    global uchar *v_a = 0;
    bool v_bad = 0;
    double v_tmp = 0;
    v_a = g0 + as_long(*(global ulong *)(v_frame + 96l));
    v_a_n0 = as_long(*(global ulong *)(v_frame + 104l));
    v_trip = v_a_n0;
    v_low = as_long(*(global ulong *)(v_frame + 0l));
    v_high = as_long(*(global ulong *)(v_frame + 8l));
    if ((v_high > v_trip)) {
        v_high = v_trip;
    }
    const long end2 = v_high;
    for (long at1 = v_low; at1 < end2; at1 += 1) {
        v_k = at1;
        bool const t3 = poll(v_frame, 1l);
        if (t3) {
            return 3l;
        }
        if (v_bad) {
            return 1l;
        }
        double const t4 = f_v_horner_0(v_frame, as_double(*(global ulong *)(v_a + (v_k * 8l))), g0, g1);
        v_tmp = t4;
        if ((as_long(*(global ulong *)(v_frame + 24l)) != 0l)) {
            return 1l;
        }
        *(global ulong *)(v_a + (v_k * 8l)) = as_ulong(v_tmp);
    }
    if ((v_low < v_high)) {
        v_i = (v_high - 1l);
        v_i_assigned = 1l;
    }
    if (v_bad) {
        return 1l;
    }
    *(global ulong *)(v_frame + 144l) = (ulong)v_i;
    *(global ulong *)(v_frame + 152l) = (ulong)v_i_assigned;
    return 0l;
}

kernel void alpyna(global uchar *restrict frames, ulong size, ulong count, global uchar *restrict g0, global uchar *restrict g1) {
    const size_t k = get_global_id(0);
    if (k >= count)
        return;
    global uchar *const frame = frames + k * size;
    *(global long *)(frame + size - 8) = f_v_kernel(frame, g0, g1);
}
