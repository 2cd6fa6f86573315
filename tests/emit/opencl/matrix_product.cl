#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

static bool poll(global uchar *frame, long iterations) {
    global long *const left = (global long *)(frame + 72);
    *left -= iterations;
    return *left < 0;
}


static long f_v_kernel(global uchar *v_frame, global uchar *g0, global uchar *g1, global uchar *g2) {
    long v_c_n0 = 0;
    long v_low = 0;
    long v_high = 0;
    long v_trip = 0;
    long v_k = 0;
    long v_i = 0;
    long v_i_assigned = 0;
    long v_c_n1 = 0;
    long v_a_n1 = 0;
    long v_k_1 = 0;
    long v_j = 0;
    long v_j_assigned = 0;
    global uchar *v_c = 0;
    long v_c_s0 = 0;
    long v_k_2 = 0;
    long v_k_3 = 0;
    long v_k_assigned = 0;
    long v_k_4 = 0;
    global uchar *v_a = 0;
    long v_a_n0 = 0;
    long v_a_s0 = 0;
    global uchar *v_b = 0;
    long v_b_n0 = 0;
    long v_b_s0 = 0;
    long v_b_n1 = 0;
    double v_tmp = 0;
    double v_s = 0;
    long v_s_kind = 0;
    long v_s_assigned = 0;
    long v_k_5 = 0;
    long v_k_6 = 0;
    double v_tmp_1 = 0;
    v_c = g0 + as_long(*(global ulong *)(v_frame + 96l));
    v_c_n0 = as_long(*(global ulong *)(v_frame + 104l));
    v_c_s0 = as_long(*(global ulong *)(v_frame + 120l));
    v_c_n1 = as_long(*(global ulong *)(v_frame + 112l));
    v_a = g1 + as_long(*(global ulong *)(v_frame + 136l));
    v_a_n0 = as_long(*(global ulong *)(v_frame + 144l));
    v_a_s0 = as_long(*(global ulong *)(v_frame + 160l));
    v_a_n1 = as_long(*(global ulong *)(v_frame + 152l));
    v_b = g2 + as_long(*(global ulong *)(v_frame + 176l));
    v_b_n0 = as_long(*(global ulong *)(v_frame + 184l));
    v_b_s0 = as_long(*(global ulong *)(v_frame + 200l));
    v_b_n1 = as_long(*(global ulong *)(v_frame + 192l));
    v_trip = v_c_n0;
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
        if (((15l < v_c_n1) ? (0l < v_a_n1) : false)) {
            const long end5 = v_c_n1;
            for (long at4 = 0l; at4 < end5; at4 += 1) {
                v_k_1 = at4;
                *(global ulong *)(v_c + ((v_k * v_c_s0) + (v_k_1 * 8l))) = as_ulong(0.0);
            }
            if ((0l < v_c_n1)) {
                v_j = (v_c_n1 - 1l);
                v_j_assigned = 1l;
            }
            const long end7 = v_a_n1;
            for (long at6 = 0l; at6 < end7; at6 += 1) {
                v_k_2 = at6;
                bool const t8 = poll(v_frame, 1l);
                if (t8) {
                    return 3l;
                }
                const long end10 = v_c_n1;
                for (long at9 = 0l; at9 < end10; at9 += 1) {
                    v_k_4 = at9;
                    *(global ulong *)(v_c + ((v_k * v_c_s0) + (v_k_4 * 8l))) = as_ulong((as_double(*(global ulong *)(v_c + ((v_k * v_c_s0) + (v_k_4 * 8l)))) + (as_double(*(global ulong *)(v_a + ((v_k * v_a_s0) + (v_k_2 * 8l)))) * as_double(*(global ulong *)(v_b + ((v_k_2 * v_b_s0) + (v_k_4 * 8l)))))));
                }
                if ((0l < v_c_n1)) {
                    v_j = (v_c_n1 - 1l);
                    v_j_assigned = 1l;
                }
            }
            if ((0l < v_a_n1)) {
                v_k_3 = (v_a_n1 - 1l);
                v_k_assigned = 1l;
            }
            v_tmp = as_double(*(global ulong *)(v_c + ((v_k * v_c_s0) + (v_j * 8l))));
            v_s = v_tmp;
            v_s_kind = 0l;
            v_s_assigned = 1l;
        } else {
            const long end12 = v_c_n1;
            for (long at11 = 0l; at11 < end12; at11 += 1) {
                v_k_5 = at11;
                bool const t13 = poll(v_frame, 1l);
                if (t13) {
                    return 3l;
                }
                v_s = 0.0;
                v_s_kind = 1l;
                v_s_assigned = 1l;
                const long end15 = v_a_n1;
                for (long at14 = 0l; at14 < end15; at14 += 1) {
                    v_k_6 = at14;
                    v_tmp_1 = (v_s + (as_double(*(global ulong *)(v_a + ((v_k * v_a_s0) + (v_k_6 * 8l)))) * as_double(*(global ulong *)(v_b + ((v_k_6 * v_b_s0) + (v_k_5 * 8l))))));
                    v_s = v_tmp_1;
                }
                if ((0l < v_a_n1)) {
                    v_k_3 = (v_a_n1 - 1l);
                    v_k_assigned = 1l;
                    v_s_kind = 0l;
                    v_s_assigned = 1l;
                }
                *(global ulong *)(v_c + ((v_k * v_c_s0) + (v_k_5 * 8l))) = as_ulong(v_s);
            }
            if ((0l < v_c_n1)) {
                v_j = (v_c_n1 - 1l);
                v_j_assigned = 1l;
            }
        }
    }
    if ((v_low < v_high)) {
        v_i = (v_high - 1l);
        v_i_assigned = 1l;
    }
    *(global ulong *)(v_frame + 216l) = (ulong)v_i;
    *(global ulong *)(v_frame + 224l) = (ulong)v_i_assigned;
    *(global ulong *)(v_frame + 232l) = (ulong)v_j;
    *(global ulong *)(v_frame + 240l) = (ulong)v_j_assigned;
    *(global ulong *)(v_frame + 248l) = as_ulong(v_s);
    *(global ulong *)(v_frame + 256l) = (ulong)v_s_kind;
    *(global ulong *)(v_frame + 264l) = (ulong)v_s_assigned;
    *(global ulong *)(v_frame + 272l) = (ulong)v_k_3;
    *(global ulong *)(v_frame + 280l) = (ulong)v_k_assigned;
    return 0l;
}

kernel void alpyna(global uchar *restrict frames, ulong size, ulong count, global uchar *restrict g0, global uchar *restrict g1, global uchar *restrict g2) {
    const size_t k = get_global_id(0);
    if (k >= count)
        return;
    global uchar *const frame = frames + k * size;
    *(global long *)(frame + size - 8) = f_v_kernel(frame, g0, g1, g2);
}
